"""The only place that knows about loops, devices, batches and compilation."""
