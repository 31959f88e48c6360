// Package storage holds the remedies for changes to S3: its buckets, their objects, and the account's own settings.
package storage

import (
	"context"
	"errors"
	"net/http"
	"regexp"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"riposte/pkg/detect"
	"riposte/pkg/remedies/access"
	"riposte/pkg/remedy"
)

// A store is S3 as a remedy reaches it. It follows a bucket into another region than the event's: an S3 endpoint answers
// for a bucket of another region with that region's name.
type store struct {
	cfg aws.Config
	api *s3.Client
}

func client(accounts access.Accounts) func(context.Context, remedy.Target) (*store, error) {
	return access.Client(accounts, newStore)
}

func newStore(cfg aws.Config) *store {
	return &store{cfg: cfg, api: s3.NewFromConfig(cfg, func(o *s3.Options) {
		o.UsePathStyle = cfg.BaseEndpoint != nil // the names of buckets are no hosts of an endpoint of one's own
	})}
}

// call makes a call, and makes it again in the bucket's own region where it lives elsewhere.
func (s *store) call(do func(*s3.Client) error) error {
	err := do(s.api)
	region := regionOf(err)
	if region == "" || region == s.cfg.Region {
		return err
	}
	s.cfg.Region = region
	s.api = newStore(s.cfg).api
	return do(s.api)
}

var regionName = regexp.MustCompile(`^[a-z]{2}(-[a-z]+)+-[0-9]+$`)

// regionOf returns the region that an answer sends the caller to, "" where it sends nowhere.
func regionOf(err error) string {
	answer, ok := errors.AsType[*smithyhttp.ResponseError](err)
	if !ok || answer.Response == nil {
		return ""
	}
	elsewhere := answer.HTTPStatusCode() == http.StatusMovedPermanently ||
		access.Coded(err, "PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException")
	region := answer.Response.Header.Get("X-Amz-Bucket-Region")
	if !elsewhere || !regionName.MatchString(region) {
		return ""
	}
	return region
}

const (
	noSuchBucket = "NoSuchBucket"
	accessDenied = "AccessDenied"
)

// bucketName is what the names of buckets of every age look like. What else the API takes in their place, such as the ARN of
// an access point, is another resource.
var bucketName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9]$`) }) // it is large: a cold start does without

// checkBucket refuses what is no name of a bucket of the account's own making.
func checkBucket(name string) error {
	for _, suffix := range []string{"-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"} {
		if strings.HasSuffix(name, suffix) {
			return remedy.Refuse("%s is no general purpose bucket", name)
		}
	}
	if !bucketName().MatchString(name) {
		return remedy.Refuse("%q is not the name of a bucket", name)
	}
	return nil
}

// findBucket returns the bucket of a finding with the params that an action needs.
func findBucket(f detect.Finding, params ...string) (remedy.Target, error) {
	t := remedy.TargetOf(f, params...)
	if f.Resource.Type != detect.Bucket {
		return t, remedy.Refuse("%s is no bucket", f.Resource)
	}
	if err := checkBucket(t.ID); err != nil {
		return t, err
	}
	for _, name := range params {
		if t.Params[name] == "" {
			return t, remedy.Refuse("the finding about %s has no %s", t, name)
		}
	}
	return t, nil
}

// owner is the account that a bucket has to belong to: names of buckets that were deleted are taken by others.
func owner(t remedy.Target) *string { return aws.String(t.Account) }

// refused turns a denial into a Refusal that says what may be behind it: it stays however often the call is repeated.
func refused(err error, reason string) error {
	if access.Coded(err, accessDenied) {
		return &remedy.Refusal{Reason: reason, Err: err}
	}
	return access.Gone(err, noSuchBucket)
}
