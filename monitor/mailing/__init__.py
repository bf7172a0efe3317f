"""Mail: compose what is due, deliver what is pending."""

from monitor.mailing.compose import Composer, first_report_due
from monitor.mailing.deliver import Round, deliver_pending, wait_after
from monitor.mailing.inbox import take
from monitor.mailing.post import Post

__all__ = ["Composer", "Post", "Round", "deliver_pending", "first_report_due", "take", "wait_after"]
