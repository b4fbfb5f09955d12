"""The systems that come with tapforge, each a root module rendered to ``terraform/<name>/``."""

from tapforge.systems.aurora_demo import aurora_demo
from tapforge.systems.aurora_migration import aurora_migration
from tapforge.systems.ecommerce_rds import ecommerce_rds
from tapforge.systems.ha_postgres import ha_postgres
from tapforge.systems.payment_aurora import payment_aurora

__all__ = ["aurora_demo", "aurora_migration", "ecommerce_rds", "ha_postgres", "payment_aurora"]
