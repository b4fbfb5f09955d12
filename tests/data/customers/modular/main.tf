# A root that calls a module with many switches, in the manner of the public registry.

terraform {
  required_version = ">= 1.5"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 3.0"
    }
  }
}

provider "aws" {
  region = var.region

  default_tags {
    tags = local.tags
  }
}

variable "region" {
  type    = string
  default = "eu-west-1"
}

variable "name" {
  type    = string
  default = "orders"
}

variable "vpc_cidr" {
  type    = string
  default = "10.40.0.0/16"
}

locals {
  azs = ["${var.region}a", "${var.region}b", "${var.region}c"]
  tags = {
    Name        = var.name
    Environment = "staging"
  }
}

data "aws_caller_identity" "current" {}

resource "aws_vpc" "this" {
  cidr_block           = var.vpc_cidr
  enable_dns_support   = true
  enable_dns_hostnames = true
}

resource "aws_subnet" "database" {
  count = length(local.azs)

  vpc_id            = aws_vpc.this.id
  availability_zone = local.azs[count.index]
  cidr_block        = cidrsubnet(var.vpc_cidr, 8, count.index + 6)
}

resource "aws_security_group" "this" {
  name_prefix = "${var.name}-"
  description = "PostgreSQL from inside the VPC"
  vpc_id      = aws_vpc.this.id

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_security_group_rule" "ingress" {
  security_group_id = aws_security_group.this.id
  type              = "ingress"
  from_port         = 5432
  to_port           = 5432
  protocol          = "tcp"
  cidr_blocks       = [aws_vpc.this.cidr_block]
}

resource "aws_kms_key" "this" {
  description             = "${var.name} database"
  deletion_window_in_days = 7
  enable_key_rotation     = true
}

module "db" {
  source = "./modules/database"

  identifier             = var.name
  engine_version         = "15.13"
  family                 = "postgres14"
  instance_class         = "db.m6g.large"
  allocated_storage      = 100
  max_allocated_storage  = 50
  kms_key_id             = aws_kms_key.this.arn
  subnet_ids             = aws_subnet.database[*].id
  vpc_security_group_ids = [aws_security_group.this.id]

  backup_window      = "03:00-06:00"
  maintenance_window = "mon:05:00-mon:06:00"

  parameters = [
    { name = "autovacuum", value = "1" },
    { name = "shared_buffers", value = "4194304" },
    { name = "max_connections", value = "200" },
    { name = "log_statment", value = "ddl" },
  ]
}

output "endpoint" {
  value = module.db.endpoint
}
