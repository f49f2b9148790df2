"""SPADE: Park et al. 2019."""
