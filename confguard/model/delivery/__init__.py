"""What each container is given, and who in it reads it."""

from confguard.model.delivery.service import Delivery, Variable, delivery_of
from confguard.model.delivery.types import Reader, ReaderKind

__all__ = ["Delivery", "Reader", "ReaderKind", "Variable", "delivery_of"]
