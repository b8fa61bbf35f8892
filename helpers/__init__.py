"""The small module behind the notebooks: numerics, pictures, and the parts that join them."""
