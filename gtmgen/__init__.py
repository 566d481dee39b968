"""gtmgen compiles a spec of a site's conversions into Google Tag Manager containers that count every conversion once."""

__version__ = "0.1.0"
