variable "create_parameter_group" {
  type    = bool
  default = true
}

variable "identifier" {
  type = string
}

variable "engine_version" {
  type = string
}

variable "family" {
  type = string
}

variable "instance_class" {
  type = string
}

variable "allocated_storage" {
  type = number
}

variable "max_allocated_storage" {
  type    = number
  default = null
}

variable "kms_key_id" {
  type    = string
  default = null
}

variable "subnet_ids" {
  type = list(string)
}

variable "vpc_security_group_ids" {
  type = list(string)
}

variable "backup_window" {
  type = string
}

variable "maintenance_window" {
  type = string
}

variable "parameters" {
  type    = list(map(string))
  default = []
}

resource "aws_db_subnet_group" "this" {
  name_prefix = "${var.identifier}-"
  subnet_ids  = var.subnet_ids
}

resource "aws_db_parameter_group" "this" {
  count = var.create_parameter_group ? 1 : 0

  name_prefix = "${var.identifier}-"
  family      = var.family

  dynamic "parameter" {
    for_each = var.parameters

    content {
      name         = parameter.value.name
      value        = parameter.value.value
      apply_method = lookup(parameter.value, "apply_method", null)
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_db_instance" "this" {
  identifier            = var.identifier
  engine                = "postgres"
  engine_version        = var.engine_version
  instance_class        = var.instance_class
  allocated_storage     = var.allocated_storage
  max_allocated_storage = var.max_allocated_storage
  storage_type          = "gp2"
  storage_encrypted     = true
  kms_key_id            = var.kms_key_id

  username = "orders_admin"
  password = "from-a-pipeline"

  db_subnet_group_name   = aws_db_subnet_group.this.name
  parameter_group_name   = try(aws_db_parameter_group.this[0].name, null)
  vpc_security_group_ids = var.vpc_security_group_ids

  multi_az                = true
  backup_retention_period = 14
  backup_window           = var.backup_window
  maintenance_window      = var.maintenance_window
  deletion_protection     = true
  skip_final_snapshot     = false

  performance_insights_enabled          = true
  performance_insights_retention_period = 30
}

output "endpoint" {
  value = aws_db_instance.this.endpoint
}
