// Package data holds the remedies for what is stored: keys, databases and tables.
package data

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	"github.com/aws/aws-sdk-go-v2/service/kms"

	"riposte/pkg/detect"
	"riposte/pkg/remedies/access"
	"riposte/pkg/remedy"
)

func kmsClient(cfg aws.Config) *kms.Client { return kms.NewFromConfig(cfg) }

// keyOf returns the key of a finding that one call was about, by its id.
func keyOf(f detect.Finding, call string) (remedy.Target, error) {
	t := remedy.TargetOf(f)
	switch {
	case f.Resource.Type != detect.Key || t.ID == "":
		return t, remedy.Refuse("%s is no key", f.Resource)
	case f.Event.Name != call:
		return t, remedy.Refuse("key %s was changed by %s, which this does not answer", t.ID, f.Event.Name)
	case strings.HasPrefix(t.ID, "alias/"):
		return t, remedy.Refuse("%s is an alias, which may stand for another key by now", t.ID)
	case !strings.HasPrefix(t.ID, "arn:"):
		return t, nil
	}
	a, err := arn.Parse(t.ID)
	if err != nil || a.Service != "kms" || a.Partition != t.Partition || !strings.HasPrefix(a.Resource, "key/") {
		return t, remedy.Refuse("%s is not the ARN of a key", t.ID)
	}
	if a.AccountID != t.Account || a.Region != t.Region {
		return t, remedy.Refuse("key %s is not of account %s in %s, where the event happened", t.ID, t.Account, t.Region)
	}
	t.ID = strings.TrimPrefix(a.Resource, "key/")
	return t, nil
}

// keyGone turns KMS's word for a missing key into remedy.ErrGone and leaves other errors alone.
func keyGone(err error) error { return access.Gone(err, "NotFoundException") }
