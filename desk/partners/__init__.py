"""For other desktops: signed webhooks, an event stream, a pop-up address, and the desk inside another site's page."""
