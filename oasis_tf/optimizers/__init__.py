"""Adam as in PyTorch, and loss scaling for several replicas."""
