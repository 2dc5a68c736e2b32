print("bigeggs")
