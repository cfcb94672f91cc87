"""What stands behind a name or a number: parameters, equations, drugs, terms and their sources."""






