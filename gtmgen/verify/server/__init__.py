"""A server container behind the page: hits read as the GA4 client reads them, the tags that they fire, the APIs that these send to."""
