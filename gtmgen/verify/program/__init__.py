"""An export as the program that GTM runs: macros, tags, predicates and rules, and the custom templates that it uses."""
