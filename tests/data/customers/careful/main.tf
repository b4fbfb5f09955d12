# What a team with experience keeps: nothing here is to be found fault with.

terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
  }
}

variable "aws_region" {
  type    = string
  default = "eu-central-1"
}

variable "clients" {
  description = "Security groups of the applications."
  type        = set(string)
  default     = ["sg-0a1b2c3d4e5f60718"]
}

provider "aws" {
  region = var.aws_region
}

data "aws_caller_identity" "current" {}

data "aws_vpc" "main" {
  tags = { Name = "main" }
}

data "aws_subnets" "private" {
  filter {
    name   = "vpc-id"
    values = [data.aws_vpc.main.id]
  }

  tags = { Tier = "private" }
}

locals {
  name = "ledger"
  parameters = {
    log_min_duration_statement = { value = "500" }
    shared_preload_libraries   = { value = "pg_stat_statements,pgaudit", apply_method = "pending-reboot" }
  }
}

resource "aws_kms_key" "ledger" {
  description             = "Data of the ledger"
  enable_key_rotation     = true
  deletion_window_in_days = 30
}

resource "aws_security_group" "database" {
  name_prefix            = "${local.name}-database-"
  description            = "PostgreSQL for applications of the ledger"
  vpc_id                 = data.aws_vpc.main.id
  revoke_rules_on_delete = true

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_vpc_security_group_ingress_rule" "clients" {
  for_each = var.clients

  security_group_id            = aws_security_group.database.id
  description                  = "PostgreSQL"
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
  referenced_security_group_id = each.value
}

resource "aws_security_group" "proxy" {
  name        = "${local.name}-proxy"
  description = "Clients by their own dynamic blocks"
  vpc_id      = data.aws_vpc.main.id

  dynamic "ingress" {
    for_each = var.clients
    content {
      description     = "PostgreSQL"
      protocol        = "tcp"
      from_port       = 5432
      to_port         = 5432
      security_groups = [ingress.value]
    }
  }
}

resource "aws_db_subnet_group" "ledger" {
  name       = local.name
  subnet_ids = data.aws_subnets.private.ids
}

resource "aws_db_parameter_group" "ledger" {
  name_prefix = "${local.name}-postgres17-"
  family      = "postgres17"

  dynamic "parameter" {
    for_each = local.parameters
    content {
      name         = parameter.key
      value        = parameter.value.value
      apply_method = lookup(parameter.value, "apply_method", "immediate")
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

data "aws_iam_policy_document" "monitoring" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["monitoring.rds.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [data.aws_caller_identity.current.account_id]
    }
  }
}

resource "aws_iam_role" "monitoring" {
  name_prefix        = "${local.name}-monitoring-"
  assume_role_policy = data.aws_iam_policy_document.monitoring.json
}

resource "aws_iam_role_policy_attachment" "monitoring" {
  role       = aws_iam_role.monitoring.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"
}

resource "aws_cloudwatch_log_group" "postgresql" {
  for_each = toset(["${local.name}/postgresql", "${local.name}/upgrade", "${local.name}-reports/postgresql"])

  name              = "/aws/rds/instance/${each.key}"
  retention_in_days = 30
}

resource "aws_cloudwatch_log_group" "archive" {
  name              = "/aws/rds/cluster/${local.name}-archive/postgresql"
  retention_in_days = 30
}

ephemeral "aws_secretsmanager_random_password" "ledger" {
  password_length     = 40
  exclude_punctuation = true
}

resource "aws_db_instance" "ledger" {
  identifier            = local.name
  engine                = "postgres"
  engine_version        = "17"
  instance_class        = "db.m7g.large"
  allocated_storage     = 100
  max_allocated_storage = 500
  storage_type          = "gp3"
  storage_encrypted     = true
  kms_key_id            = aws_kms_key.ledger.arn

  db_name                             = "ledger"
  username                            = "ledger_admin"
  password_wo                         = ephemeral.aws_secretsmanager_random_password.ledger.random_password
  password_wo_version                 = 1
  iam_database_authentication_enabled = true

  db_subnet_group_name   = aws_db_subnet_group.ledger.name
  parameter_group_name   = aws_db_parameter_group.ledger.name
  vpc_security_group_ids = [aws_security_group.database.id]

  multi_az                  = true
  backup_retention_period   = 14
  backup_window             = "02:00-02:30"
  maintenance_window        = "sun:03:00-sun:04:00"
  copy_tags_to_snapshot     = true
  delete_automated_backups  = false
  deletion_protection       = true
  final_snapshot_identifier = "${local.name}-final-${formatdate("YYYYMMDDhhmm", timestamp())}"

  monitoring_interval                   = 60
  monitoring_role_arn                   = aws_iam_role.monitoring.arn
  performance_insights_enabled          = true
  performance_insights_kms_key_id       = aws_kms_key.ledger.arn
  performance_insights_retention_period = 7
  enabled_cloudwatch_logs_exports       = ["postgresql", "upgrade"]

  depends_on = [aws_cloudwatch_log_group.postgresql]

  lifecycle {
    ignore_changes = [final_snapshot_identifier]
  }
}

resource "aws_db_instance" "reports" {
  identifier             = "${local.name}-reports"
  replicate_source_db    = aws_db_instance.ledger.identifier
  instance_class         = "db.m7g.large"
  storage_encrypted      = true
  vpc_security_group_ids = [aws_security_group.database.id]
  skip_final_snapshot    = true
  copy_tags_to_snapshot  = true

  performance_insights_enabled    = true
  enabled_cloudwatch_logs_exports = ["postgresql"]

  depends_on = [aws_cloudwatch_log_group.postgresql]
}

resource "aws_rds_cluster" "archive" {
  cluster_identifier                  = "${local.name}-archive"
  engine                              = "aurora-postgresql"
  engine_version                      = "17.5"
  database_name                       = "archive"
  master_username                     = "archive_admin"
  manage_master_user_password         = true
  iam_database_authentication_enabled = true
  db_subnet_group_name                = aws_db_subnet_group.ledger.name
  vpc_security_group_ids              = [aws_security_group.database.id]
  storage_encrypted                   = true
  backup_retention_period             = 7
  copy_tags_to_snapshot               = true
  deletion_protection                 = true
  final_snapshot_identifier           = "${local.name}-archive-final-${formatdate("YYYYMMDDhhmm", timestamp())}"
  enabled_cloudwatch_logs_exports     = ["postgresql"]

  serverlessv2_scaling_configuration {
    min_capacity = 0.5
    max_capacity = 4
  }

  depends_on = [aws_cloudwatch_log_group.archive]

  lifecycle {
    ignore_changes = [final_snapshot_identifier]
  }
}

resource "aws_rds_cluster_instance" "archive" {
  count = 2

  identifier                   = "${local.name}-archive-${count.index}"
  cluster_identifier           = aws_rds_cluster.archive.id
  engine                       = aws_rds_cluster.archive.engine
  engine_version               = aws_rds_cluster.archive.engine_version
  instance_class               = "db.serverless"
  auto_minor_version_upgrade   = false
  performance_insights_enabled = true
}

resource "aws_s3_bucket" "exports" {
  bucket_prefix = "${local.name}-exports-"
}

resource "aws_s3_bucket_public_access_block" "exports" {
  bucket                  = aws_s3_bucket.exports.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_server_side_encryption_configuration" "exports" {
  bucket = aws_s3_bucket.exports.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.ledger.arn
    }

    bucket_key_enabled = true
  }
}

resource "aws_s3_bucket_versioning" "exports" {
  bucket = aws_s3_bucket.exports.id

  versioning_configuration {
    status = "Enabled"
  }
}

data "aws_iam_policy_document" "exports" {
  statement {
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [aws_s3_bucket.exports.arn, "${aws_s3_bucket.exports.arn}/*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

resource "aws_s3_bucket_policy" "exports" {
  bucket = aws_s3_bucket.exports.id
  policy = data.aws_iam_policy_document.exports.json
}

data "aws_iam_policy_document" "alarms" {
  statement {
    actions   = ["kms:*"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::${data.aws_caller_identity.current.account_id}:root"]
    }
  }

  statement {
    actions   = ["kms:Decrypt", "kms:GenerateDataKey*"]
    resources = ["*"]

    principals {
      type        = "Service"
      identifiers = ["cloudwatch.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [data.aws_caller_identity.current.account_id]
    }
  }
}

resource "aws_kms_key" "alarms" {
  description             = "Messages about the ledger"
  enable_key_rotation     = true
  deletion_window_in_days = 30
  policy                  = data.aws_iam_policy_document.alarms.json
}

resource "aws_sns_topic" "alarms" {
  name              = "${local.name}-alarms"
  kms_master_key_id = aws_kms_key.alarms.id
}

resource "aws_cloudwatch_metric_alarm" "storage" {
  alarm_name          = "${local.name}-free-storage"
  namespace           = "AWS/RDS"
  metric_name         = "FreeStorageSpace"
  statistic           = "Minimum"
  comparison_operator = "LessThanThreshold"
  threshold           = 10 * 1024 * 1024 * 1024
  period              = 300
  evaluation_periods  = 3
  alarm_actions       = [aws_sns_topic.alarms.arn]

  dimensions = {
    DBInstanceIdentifier = aws_db_instance.ledger.identifier
  }
}
