"""What a Terraform team gets: the rendered tree, its documentation and its manifest."""
