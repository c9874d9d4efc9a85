module holdfast/pause

go 1.24
