"""Pictures of label maps, photographs and numbers."""
