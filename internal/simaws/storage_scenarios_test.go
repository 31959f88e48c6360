package simaws_test

import (
	"context"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/aws-sdk-go-v2/service/s3control"
	controltypes "github.com/aws/aws-sdk-go-v2/service/s3control/types"
	smithyendpoints "github.com/aws/smithy-go/endpoints"

	"riposte/internal/simaws"
	"riposte/pkg/detect"
)

func storageScenarios() []scenario {
	return []scenario{
		bucketBlockScenario(), bucketBlockRemovedScenario(), accountBlockScenario(),
		onlyStatementScenario(), twoStatementsScenario(), formerPolicyScenario(),
		bucketACLScenario(), objectACLScenario(),
		lifecycleScenario(), formerLifecycleScenario(), replicationScenario(), mixedReplicationScenario(), versioningScenario(), encryptionDeletedScenario(), strangersKeyScenario(), formerKeyScenario(),
	}
}

// permission is the name of the IAM action that a call of S3 needs. It is the name of the call, but for these.
func permission(c simaws.Call) string {
	switch c.Service + " " + c.Operation {
	case "S3 GetPublicAccessBlock":
		return "s3:GetBucketPublicAccessBlock"
	case "S3 PutPublicAccessBlock", "S3 DeletePublicAccessBlock":
		return "s3:PutBucketPublicAccessBlock"
	case "S3 Control GetPublicAccessBlock":
		return "s3:GetAccountPublicAccessBlock"
	case "S3 Control PutPublicAccessBlock", "S3 Control DeletePublicAccessBlock":
		return "s3:PutAccountPublicAccessBlock"
	case "S3 GetBucketEncryption":
		return "s3:GetEncryptionConfiguration"
	case "S3 PutBucketEncryption", "S3 DeleteBucketEncryption":
		return "s3:PutEncryptionConfiguration"
	case "S3 GetBucketLifecycleConfiguration":
		return "s3:GetLifecycleConfiguration"
	case "S3 PutBucketLifecycleConfiguration", "S3 DeleteBucketLifecycle":
		return "s3:PutLifecycleConfiguration"
	case "S3 GetBucketReplication":
		return "s3:GetReplicationConfiguration"
	case "S3 PutBucketReplication", "S3 DeleteBucketReplication":
		return "s3:PutReplicationConfiguration"
	}
	return prefix(c.Service) + ":" + c.Operation
}

func (w *world) s3() *s3.Client { return s3.NewFromConfig(w.cfg) }

func makeBucket(w *world, name string) detect.Resource {
	must(w.s3().CreateBucket(w.t.Context(), &s3.CreateBucketInput{Bucket: &name}))(w)
	return detect.Resource{Type: detect.Bucket, ID: name}
}

func dropBucket(w *world, f detect.Finding) {
	must(w.s3().DeleteBucket(w.t.Context(), &s3.DeleteBucketInput{Bucket: &f.Resource.ID}))(w)
}

func putBlock(w *world, bucket string, acls, ignore, policy, restrict bool) {
	must(w.s3().PutPublicAccessBlock(w.t.Context(), &s3.PutPublicAccessBlockInput{
		Bucket: &bucket, PublicAccessBlockConfiguration: &types.PublicAccessBlockConfiguration{
			BlockPublicAcls: &acls, IgnorePublicAcls: &ignore, BlockPublicPolicy: &policy, RestrictPublicBuckets: &restrict,
		},
	}))(w)
}

// One of the settings that the event left off is on, and the other is not.
func bucketBlockScenario() scenario {
	return scenario{
		name: "bucket's public access block", action: "restore-bucket-public-access-block",
		seed: func(w *world, name string) detect.Finding {
			bucket := makeBucket(w, name)
			putBlock(w, name, true, false, false, false)
			return w.finding(bucket, "PutBucketPublicAccessBlock", map[string]string{
				detect.ParamSettings: `{"BlockPublicPolicy":"false","RestrictPublicBuckets":"false"}`,
			})
		},
		meddle: func(w *world, f detect.Finding) { putBlock(w, f.Resource.ID, false, false, true, false) },
		remove: dropBucket,
	}
}

const allOff = `{"BlockPublicAcls":"false","IgnorePublicAcls":"false","BlockPublicPolicy":"false","RestrictPublicBuckets":"false"}`

func bucketBlockRemovedScenario() scenario {
	return scenario{
		name: "bucket's public access block removed", action: "restore-bucket-public-access-block",
		seed: func(w *world, name string) detect.Finding {
			bucket := makeBucket(w, name)
			_, _ = w.s3().DeletePublicAccessBlock(w.t.Context(), &s3.DeletePublicAccessBlockInput{Bucket: &name})
			return w.finding(bucket, "DeleteBucketPublicAccessBlock", map[string]string{detect.ParamSettings: allOff})
		},
		good: func(*world, detect.Finding) any {
			return map[string]string{
				"configured":      "true",
				"BlockPublicAcls": "false", "IgnorePublicAcls": "false", "BlockPublicPolicy": "true", "RestrictPublicBuckets": "true",
			}
		},
		meddle: func(w *world, f detect.Finding) { putBlock(w, f.Resource.ID, true, true, false, false) },
		remove: dropBucket,
	}
}

// control returns a client that asks moto for the account under moto's own address, which has no hosts for accounts.
func (w *world) control() *s3control.Client {
	return s3control.NewFromConfig(w.cfg, func(o *s3control.Options) {
		if w.cfg.BaseEndpoint != nil {
			o.EndpointResolverV2 = oneEndpoint(*w.cfg.BaseEndpoint)
		}
	})
}

type oneEndpoint string

func (e oneEndpoint) ResolveEndpoint(context.Context, s3control.EndpointParameters) (smithyendpoints.Endpoint, error) {
	uri, err := url.Parse(string(e))
	if err != nil {
		return smithyendpoints.Endpoint{}, err
	}
	return smithyendpoints.Endpoint{URI: *uri}, nil
}

func putAccountBlock(w *world, acls, rest bool) {
	must(w.control().PutPublicAccessBlock(w.t.Context(), &s3control.PutPublicAccessBlockInput{
		AccountId: aws.String(account), PublicAccessBlockConfiguration: &controltypes.PublicAccessBlockConfiguration{
			BlockPublicAcls: &acls, IgnorePublicAcls: &rest, BlockPublicPolicy: &rest, RestrictPublicBuckets: &rest,
		},
	}))(w)
}

func accountBlockScenario() scenario {
	return scenario{
		name: "account's public access block", action: "restore-account-public-access-block",
		seed: func(w *world, _ string) detect.Finding {
			must(w.control().DeletePublicAccessBlock(w.t.Context(), &s3control.DeletePublicAccessBlockInput{AccountId: aws.String(account)}))(w)
			return w.finding(detect.Resource{Type: detect.Account, ID: account}, "DeleteAccountPublicAccessBlock", map[string]string{detect.ParamSettings: allOff})
		},
		meddle: func(w *world, _ detect.Finding) { putAccountBlock(w, true, false) },
	}
}

// The statements of the policies; BUCKET stands for the bucket's name.
const (
	everyone = `{"Sid": "Open", "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::BUCKET/*"}`
	narrowed = `{"Sid":"Open","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:role/reader"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::BUCKET/*"}`
	insecure = `{"Sid":"TLS", "Effect":"Deny", "Principal":"*", "Action":"s3:*", "Resource":"arn:aws:s3:::BUCKET/*", "Condition":{"Bool":{"aws:SecureTransport":"false"}}}`
	readers  = `{"Sid":"Readers","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:role/reader"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::BUCKET/*"}`
)

func policyOf(bucket string, statements ...string) string {
	text := `{"Version": "2012-10-17", "Statement": [` + strings.Join(statements, ", ") + `], "Id": "kept"}`
	return strings.ReplaceAll(text, "BUCKET", bucket)
}

func putPolicy(w *world, bucket string, statements ...string) {
	must(w.s3().PutBucketPolicy(w.t.Context(), &s3.PutBucketPolicyInput{Bucket: &bucket, Policy: aws.String(policyOf(bucket, statements...))}))(w)
}

func policyFinding(w *world, bucket detect.Resource, statements ...string) detect.Finding {
	return w.finding(bucket, "PutBucketPolicy", map[string]string{
		detect.ParamStatements:   detect.StatementHash([]byte(strings.ReplaceAll(everyone, "BUCKET", bucket.ID))),
		detect.ParamDocumentHash: detect.DocumentHash([]byte(policyOf(bucket.ID, statements...))),
	})
}

func narrow(w *world, f detect.Finding) { putPolicy(w, f.Resource.ID, insecure, narrowed) }

func onlyStatementScenario() scenario {
	return scenario{
		name: "bucket policy with one statement", action: "remove-bucket-policy-statements",
		seed: func(w *world, name string) detect.Finding {
			bucket := makeBucket(w, name)
			putPolicy(w, name, everyone)
			return policyFinding(w, bucket, everyone)
		},
		meddle: narrow,
		remove: dropBucket,
	}
}

func twoStatementsScenario() scenario {
	return scenario{
		name: "bucket policy with a statement more", action: "remove-bucket-policy-statements",
		seed: func(w *world, name string) detect.Finding {
			bucket := makeBucket(w, name)
			putPolicy(w, name, everyone, insecure)
			return policyFinding(w, bucket, everyone, insecure)
		},
		meddle: narrow,
		remove: dropBucket,
	}
}

// The event replaced a policy that is known: it comes back with the statement that the event left out.
func formerPolicyScenario() scenario {
	return scenario{
		name: "bucket policy that is known", action: "remove-bucket-policy-statements",
		seed: func(w *world, name string) detect.Finding {
			bucket := makeBucket(w, name)
			putPolicy(w, name, insecure, everyone)
			return policyFinding(w, bucket, insecure, everyone)
		},
		good: func(_ *world, f detect.Finding) any {
			return map[string]any{"has": []any{}, "document": policyOf(f.Resource.ID, readers, insecure)}
		},
		meddle: narrow,
		remove: dropBucket,
	}
}

func bucketACLScenario() scenario {
	const group = `uri="http://acs.amazonaws.com/groups/global/AllUsers"`
	put := func(w *world, bucket string, write *string) {
		list := must(w.s3().GetBucketAcl(w.t.Context(), &s3.GetBucketAclInput{Bucket: &bucket}))(w)
		must(w.s3().PutBucketAcl(w.t.Context(), &s3.PutBucketAclInput{
			Bucket: &bucket, GrantFullControl: aws.String(`id="` + *list.Owner.ID + `"`), GrantRead: aws.String(group), GrantWrite: write,
		}))(w)
	}
	return scenario{
		name: "bucket's access control list", action: "remove-bucket-acl-grants",
		seed: func(w *world, name string) detect.Finding {
			bucket := makeBucket(w, name)
			put(w, name, aws.String(group))
			return w.finding(bucket, "PutBucketAcl", map[string]string{detect.ParamBucketGrants: `["READ AllUsers","WRITE AllUsers"]`})
		},
		meddle: func(w *world, f detect.Finding) { put(w, f.Resource.ID, nil) },
		remove: dropBucket,
	}
}

func objectACLScenario() scenario {
	key := "2026/q3.csv"
	return scenario{
		name: "object's access control list", action: "remove-object-acl-grants",
		seed: func(w *world, name string) detect.Finding {
			makeBucket(w, name)
			must(w.s3().PutObject(w.t.Context(), &s3.PutObjectInput{Bucket: &name, Key: &key, Body: strings.NewReader("x")}))(w)
			must(w.s3().PutObjectAcl(w.t.Context(), &s3.PutObjectAclInput{Bucket: &name, Key: &key, ACL: types.ObjectCannedACLPublicRead}))(w)
			return w.finding(detect.Resource{Type: detect.Object, ID: key, Parent: name}, "PutObjectAcl", map[string]string{
				detect.ParamBucketGrants: `["READ AllUsers"]`,
			})
		},
		remove: func(w *world, f detect.Finding) {
			must(w.s3().DeleteObject(w.t.Context(), &s3.DeleteObjectInput{Bucket: &f.Resource.Parent, Key: &key}))(w)
		},
	}
}

func versioningScenario() scenario {
	return scenario{
		name: "bucket's versioning", action: "enable-bucket-versioning",
		seed: func(w *world, name string) detect.Finding {
			bucket := makeBucket(w, name)
			for _, status := range []types.BucketVersioningStatus{types.BucketVersioningStatusEnabled, types.BucketVersioningStatusSuspended} {
				must(w.s3().PutBucketVersioning(w.t.Context(), &s3.PutBucketVersioningInput{
					Bucket: &name, VersioningConfiguration: &types.VersioningConfiguration{Status: status},
				}))(w)
			}
			return w.finding(bucket, "PutBucketVersioning", map[string]string{detect.ParamVersioning: "Suspended"})
		},
		remove: dropBucket,
	}
}

func expire(w *world, bucket string, rules map[string]int32) {
	var list []types.LifecycleRule
	for _, id := range slices.Sorted(maps.Keys(rules)) {
		list = append(list, types.LifecycleRule{
			ID: &id, Status: types.ExpirationStatusEnabled, Expiration: &types.LifecycleExpiration{Days: aws.Int32(rules[id])},
			Filter: &types.LifecycleRuleFilter{Prefix: aws.String(id + "/")},
		})
	}
	must(w.s3().PutBucketLifecycleConfiguration(w.t.Context(), &s3.PutBucketLifecycleConfigurationInput{
		Bucket: &bucket, LifecycleConfiguration: &types.BucketLifecycleConfiguration{Rules: list},
	}))(w)
}

func lifecycleScenario() scenario {
	return scenario{
		name: "bucket's lifecycle", action: "restore-bucket-lifecycle",
		seed: func(w *world, name string) detect.Finding {
			bucket := makeBucket(w, name)
			expire(w, name, map[string]int32{"purge": 1})
			return w.finding(bucket, "PutBucketLifecycle", map[string]string{detect.ParamLifecycleRules: `[{"id":"purge","days":1}]`})
		},
		meddle: func(w *world, f detect.Finding) { expire(w, f.Resource.ID, map[string]int32{"purge": 400, "tidy": 30}) },
		remove: dropBucket,
	}
}

// A rule of the same name was there before, and one beside it stays.
func formerLifecycleScenario() scenario {
	s := lifecycleScenario()
	s.name = "bucket's lifecycle that is known"
	s.seed = func(w *world, name string) detect.Finding {
		bucket := makeBucket(w, name)
		expire(w, name, map[string]int32{"purge": 1, "tidy": 30})
		return w.finding(bucket, "PutBucketLifecycle", map[string]string{detect.ParamLifecycleRules: `[{"id":"purge","days":1}]`})
	}
	s.good = func(*world, detect.Finding) any {
		return map[string]any{"rules": []types.LifecycleRule{{
			ID: aws.String("purge"), Status: types.ExpirationStatusEnabled, Expiration: &types.LifecycleExpiration{Days: aws.Int32(365)},
			Filter: &types.LifecycleRuleFilter{Prefix: aws.String("purge/")},
		}}}
	}
	return s
}

func replicate(w *world, bucket string, to map[string]string) {
	var rules []types.ReplicationRule
	for n, id := range slices.Sorted(maps.Keys(to)) {
		rules = append(rules, types.ReplicationRule{
			ID: &id, Priority: aws.Int32(int32(n + 1)), Status: types.ReplicationRuleStatusEnabled,
			Filter:                  &types.ReplicationRuleFilter{Prefix: aws.String("")}, // moto forgets any other
			DeleteMarkerReplication: &types.DeleteMarkerReplication{Status: types.DeleteMarkerReplicationStatusDisabled},
			Destination:             &types.Destination{Bucket: aws.String("arn:aws:s3:::" + to[id])},
		})
	}
	must(w.s3().PutBucketReplication(w.t.Context(), &s3.PutBucketReplicationInput{
		Bucket: &bucket, ReplicationConfiguration: &types.ReplicationConfiguration{Role: aws.String("arn:aws:iam::123456789012:role/copy"), Rules: rules},
	}))(w)
}

// replicated makes a bucket that copies itself to others, with a rule "leak" to a stranger's.
func replicated(w *world, name string, to map[string]string) detect.Finding {
	bucket := makeBucket(w, name)
	must(w.s3().PutBucketVersioning(w.t.Context(), &s3.PutBucketVersioningInput{
		Bucket: &name, VersioningConfiguration: &types.VersioningConfiguration{Status: types.BucketVersioningStatusEnabled},
	}))(w)
	replicate(w, name, to)
	return w.finding(bucket, "PutBucketReplication", map[string]string{
		detect.ParamReplication: `[{"id":"leak","bucket":"arn:aws:s3:::strangers"}]`,
	})
}

func replicationScenario() scenario {
	return scenario{
		name: "bucket's replication", action: "remove-bucket-replication-rule",
		seed: func(w *world, name string) detect.Finding {
			return replicated(w, name, map[string]string{"leak": "strangers"})
		},
		meddle: func(w *world, f detect.Finding) { replicate(w, f.Resource.ID, map[string]string{"leak": "own-copies"}) },
		remove: dropBucket,
	}
}

func mixedReplicationScenario() scenario {
	s := replicationScenario()
	s.name = "bucket's replication that has another rule"
	s.seed = func(w *world, name string) detect.Finding {
		return replicated(w, name, map[string]string{"leak": "strangers", "backup": "own-copies"})
	}
	return s
}

const (
	ownKey       = "arn:aws:kms:us-east-1:123456789012:key/11111111-aaaa-bbbb-cccc-222222222222"
	otherKey     = "arn:aws:kms:us-east-1:123456789012:key/44444444-aaaa-bbbb-cccc-222222222222"
	strangersKey = "arn:aws:kms:us-east-1:999988887777:key/33333333-aaaa-bbbb-cccc-444444444444"
)

func encrypt(w *world, bucket, key string) {
	must(w.s3().PutBucketEncryption(w.t.Context(), &s3.PutBucketEncryptionInput{
		Bucket: &bucket, ServerSideEncryptionConfiguration: &types.ServerSideEncryptionConfiguration{
			Rules: []types.ServerSideEncryptionRule{{
				ApplyServerSideEncryptionByDefault: &types.ServerSideEncryptionByDefault{SSEAlgorithm: types.ServerSideEncryptionAwsKms, KMSMasterKeyID: &key},
			}},
		},
	}))(w)
}

func encryptWithOther(w *world, f detect.Finding) { encrypt(w, f.Resource.ID, otherKey) }

func encryptionDeletedScenario() scenario {
	return scenario{
		name: "bucket's encryption deleted", action: "restore-bucket-encryption",
		seed: func(w *world, name string) detect.Finding {
			bucket := makeBucket(w, name)
			must(w.s3().DeleteBucketEncryption(w.t.Context(), &s3.DeleteBucketEncryptionInput{Bucket: &name}))(w)
			return w.finding(bucket, "DeleteBucketEncryption", map[string]string{detect.ParamEncryption: detect.EncryptionDeleted})
		},
		good: func(*world, detect.Finding) any {
			return map[string]any{"algorithm": "aws:kms", "key": ownKey}
		},
		meddle: encryptWithOther,
		remove: dropBucket,
	}
}

func strangersKeyScenario() scenario {
	return scenario{
		name: "bucket encrypted with a stranger's key", action: "restore-bucket-encryption",
		seed: func(w *world, name string) detect.Finding {
			bucket := makeBucket(w, name)
			encrypt(w, name, strangersKey)
			return w.finding(bucket, "PutBucketEncryption", map[string]string{detect.ParamEncryption: strangersKey})
		},
		meddle: encryptWithOther,
		remove: dropBucket,
	}
}

func formerKeyScenario() scenario {
	s := strangersKeyScenario()
	s.name = "bucket encrypted with a stranger's key that had one of its own"
	s.good = func(*world, detect.Finding) any { return map[string]any{"algorithm": "aws:kms", "key": ownKey} }
	return s
}
