"""A folder for Hugging Face's or Kaggle's hub: a run without training state, and a model card."""
