package data

import (
	"errors"

	"riposte/pkg/cloudtrail"
)

const s3Source = "s3.amazonaws.com"

// bucketOf returns the bucket that a request names.
func bucketOf(ev *cloudtrail.Event) (string, error) {
	req, err := cloudtrail.RequestOf[struct{ BucketName cloudtrail.Text }](ev)
	if err != nil {
		return "", err
	}
	if req.BucketName == "" {
		return "", errors.New("request parameters: no bucketName")
	}
	return string(req.BucketName), nil
}
