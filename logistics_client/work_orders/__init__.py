"""Work orders: a durable table, idempotent opening, delivery to the outlet, feedback and escalation."""

from logistics_client.work_orders.book import WorkOrderBook
from logistics_client.work_orders.draft import Draft
from logistics_client.work_orders.outbox import Outbox
from logistics_client.work_orders.sinks import OrderSink, PlatformSink, SinkChain, WebhookSink

__all__ = ["Draft", "OrderSink", "Outbox", "PlatformSink", "SinkChain", "WebhookSink", "WorkOrderBook"]
