package actions

// The ARNs of S3 carry neither an account nor a region: a bucket's name alone says which one it is.
const (
	s3Buckets = "arn:${Partition}:s3:::*"
	s3Objects = "arn:${Partition}:s3:::*/*"
)
