"""What real GTM exports look like, and the check that holds gtmgen to it."""
