"""How fast and how exact the engine is, beside other ways to solve the same equations."""
