# As such files were written for the provider of 2020: blocks inside blocks, names by hand.

provider "aws" {
  region = "us-west-2"
}

resource "aws_vpc" "prod" {
  cidr_block           = "172.16.0.0/16"
  enable_dns_hostnames = true
}

resource "aws_subnet" "private" {
  count             = 2
  vpc_id            = aws_vpc.prod.id
  cidr_block        = element(["172.16.10.0/24", "172.16.11.0/24"], count.index)
  availability_zone = element(["us-west-2a", "us-west-2b"], count.index)
}

resource "aws_security_group" "aurora" {
  name   = "sg-aurora"
  vpc_id = aws_vpc.prod.id

  ingress {
    from_port   = 5432
    to_port     = 5432
    protocol    = "tcp"
    cidr_blocks = ["172.16.0.0/16"]
  }
}

resource "aws_db_subnet_group" "aurora" {
  name       = "prod-aurora"
  subnet_ids = aws_subnet.private[*].id
}

resource "aws_rds_cluster_parameter_group" "aurora" {
  name   = "prod-aurora"
  family = "aurora-postgresql13"

  parameter {
    name  = "rds.force_ssl"
    value = "0"
  }

  parameter {
    name         = "shared_preload_libraries"
    value        = "pg_stat_statements"
    apply_method = "immediate"
  }
}

resource "aws_rds_cluster" "aurora" {
  cluster_identifier              = "prod-aurora"
  engine                          = "aurora-postgresql"
  engine_version                  = "13.7"
  availability_zones              = ["us-west-2a", "us-west-2b"]
  database_name                   = "prod-orders"
  master_username                 = "admin"
  master_password                 = "Sup3rSecret"
  db_subnet_group_name            = aws_db_subnet_group.aurora.name
  db_cluster_parameter_group_name = aws_rds_cluster_parameter_group.aurora.name
  vpc_security_group_ids          = [aws_security_group.aurora.id]
  backtrack_window                = 86400
  backup_retention_period         = 1
  skip_final_snapshot             = false
}

resource "aws_rds_cluster_instance" "aurora" {
  count               = 2
  identifier          = "prod-aurora-${count.index}"
  cluster_identifier  = aws_rds_cluster.aurora.id
  engine              = aws_rds_cluster.aurora.engine
  engine_version      = aws_rds_cluster.aurora.engine_version
  instance_class      = "db.r4.large"
  monitoring_interval = 60
}

resource "aws_s3_bucket" "backups" {
  bucket = "Prod_Aurora_Backups"
  acl    = "public-read"

  versioning {
    enabled = true
  }
}

resource "aws_cloudwatch_metric_alarm" "cpu" {
  alarm_name          = "prod-aurora-cpu"
  namespace           = "AWS/RDS"
  metric_name         = "CPUUtilisation"
  statistic           = "Average"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 80
  period              = 60
  evaluation_periods  = 5

  dimensions = {
    DBClusterIdentifier = aws_rds_cluster.aurora.cluster_identifier
  }
}

resource "aws_route53_zone" "internal" {
  name = "prod.internal"

  vpc {
    vpc_id = aws_vpc.prod.id
  }
}

resource "aws_route53_record" "db" {
  zone_id = aws_route53_zone.internal.zone_id
  name    = "db"
  type    = "CNAME"
  ttl     = 300
  records = [aws_rds_cluster.aurora.endpoint]

  set_identifier = "old"

  weighted_routing_policy {
    weight = 300
  }
}
