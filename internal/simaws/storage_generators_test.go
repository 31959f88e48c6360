package simaws_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/aws-sdk-go-v2/service/s3control"
	controltypes "github.com/aws/aws-sdk-go-v2/service/s3control/types"

	"riposte/pkg/detect"
)

func storageGenerators() []generator {
	return []generator{
		{action: "restore-bucket-public-access-block", make: bucketUnblocked},
		{
			action: "restore-account-public-access-block", alone: true, make: accountUnblocked,
			forbids: []string{"remove-bucket-policy-statements", "remove-bucket-acl-grants", "remove-object-acl-grants"},
		},
		{action: "remove-bucket-policy-statements", make: bucketOpened},
		{action: "remove-bucket-acl-grants", make: bucketGranted},
		{action: "remove-object-acl-grants", make: objectGranted, simulated: "moto ignores a list in the body of the call"},
		{action: "restore-bucket-lifecycle", make: lifecycleWritten},
		{action: "remove-bucket-replication-rule", make: replicationWritten},
		{action: "enable-bucket-versioning", make: versioningSuspended},
		{action: "restore-bucket-encryption", make: encryptionChanged},
		{action: "restore-bucket-logging", make: accessLogStopped},
	}
}

// bucket makes a bucket with odd neighbours, and with settings that no change is about.
func (g *gen) bucket() string {
	odd := []string{"-x", ".y", "--z"}
	for range g.IntN(3) {
		makeBucket(g.world, g.called(odd...)+"0")
	}
	name := g.called(odd...) + "1"
	makeBucket(g.world, name)
	if g.coin() {
		encrypt(g.world, name, otherKey)
	}
	if g.coin() {
		expire(g.world, name, map[string]int32{"tidy": 400, "old": 900})
	}
	return name
}

// besideBucket changes settings of a bucket that hardly any change is about.
func (g *gen) besideBucket(name string) func() {
	return func() {
		putPolicy(g.world, name, readers)
		g.versioning(name, types.BucketVersioningStatusEnabled)
	}
}

func (g *gen) versioning(bucket string, status types.BucketVersioningStatus) {
	must(g.s3().PutBucketVersioning(g.t.Context(), &s3.PutBucketVersioningInput{
		Bucket: &bucket, VersioningConfiguration: &types.VersioningConfiguration{Status: status},
	}))(g.world)
}

// switches say of each setting of a public access block whether it is on, in the order of blockNames.
type switches [4]bool

var blockNames = [4]string{"BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"}

// switchOff makes up a block before a change and after it, and the finding's settings.
func switchOff(g *gen) (before, after switches, settings string) {
	made := map[string]string{}
	for len(made) == 0 {
		before = switches{g.coin(), g.coin(), g.coin(), g.coin()}
		after = before
		for n, on := range before {
			if on && g.IntN(3) > 0 {
				after[n], made[blockNames[n]] = false, "false"
			}
		}
	}
	return before, after, param(made)
}

// unblocked is the episode that buckets and accounts share. remove is nil where the change leaves a configuration.
func unblocked(g *gen, resource detect.Resource, event string, get func() switches, put func(switches), remove func()) *episode {
	before, after, settings := switchOff(g)
	put(before)
	if remove != nil && g.coin() { // the block is removed: all that was on goes off
		after, settings = switches{}, allOff
	} else {
		remove = func() { put(after) }
	}
	f := g.finding(resource, event, map[string]string{detect.ParamSettings: settings})
	e := &episode{expected: &f}
	e.change = func() detect.Finding { remove(); return f }
	// Somebody switches on, or off, what the change did not touch.
	for n, on := range before {
		if on == after[n] && !strings.Contains(settings, blockNames[n]) {
			e.beside = func() {
				later := get()
				later[n] = !later[n]
				put(later)
			}
		}
	}
	return e
}

func bucketUnblocked(g *gen) *episode {
	name := g.bucket()
	put := func(s switches) { putBlock(g.world, name, s[0], s[1], s[2], s[3]) }
	get := func() switches {
		out := must(g.s3().GetPublicAccessBlock(g.t.Context(), &s3.GetPublicAccessBlockInput{Bucket: &name}))(g.world)
		c := out.PublicAccessBlockConfiguration
		return switches{*c.BlockPublicAcls, *c.IgnorePublicAcls, *c.BlockPublicPolicy, *c.RestrictPublicBuckets}
	}
	return unblocked(g, detect.Resource{Type: detect.Bucket, ID: name}, "PutBucketPublicAccessBlock", get, put, func() {
		must(g.s3().DeletePublicAccessBlock(g.t.Context(), &s3.DeletePublicAccessBlockInput{Bucket: &name}))(g.world)
	})
}

func accountUnblocked(g *gen) *episode {
	put := func(s switches) {
		must(g.control().PutPublicAccessBlock(g.t.Context(), &s3control.PutPublicAccessBlockInput{
			AccountId: aws.String(account), PublicAccessBlockConfiguration: &controltypes.PublicAccessBlockConfiguration{
				BlockPublicAcls: &s[0], IgnorePublicAcls: &s[1], BlockPublicPolicy: &s[2], RestrictPublicBuckets: &s[3],
			},
		}))(g.world)
	}
	get := func() switches {
		out := must(g.control().GetPublicAccessBlock(g.t.Context(), &s3control.GetPublicAccessBlockInput{AccountId: aws.String(account)}))(g.world)
		c := out.PublicAccessBlockConfiguration
		return switches{*c.BlockPublicAcls, *c.IgnorePublicAcls, *c.BlockPublicPolicy, *c.RestrictPublicBuckets}
	}
	return unblocked(g, detect.Resource{Type: detect.Account, ID: account}, "PutAccountPublicAccessBlock", get, put, func() {
		must(g.control().DeletePublicAccessBlock(g.t.Context(), &s3control.DeletePublicAccessBlockInput{AccountId: aws.String(account)}))(g.world)
	})
}

func bucketOpened(g *gen) *episode {
	name := g.bucket()
	put := func(document string) {
		must(g.s3().PutBucketPolicy(g.t.Context(), &s3.PutBucketPolicyInput{Bucket: &name, Policy: &document}))(g.world)
	}
	arn := "arn:aws:s3:::" + name + "/*"
	own := some(g, strings.ReplaceAll(insecure, "BUCKET", name), g.allows("Partner", g.aws("arn:aws:iam::"+partner+":root"), arn, "s3:GetObject", "s3:PutObject"))
	bad := []string{g.allows("Open", g.aws("*"), arn, "s3:GetObject")}
	if g.coin() {
		bad = append(bad, g.allows("", g.aws("arn:aws:iam::"+stranger+":root"), arn, "s3:*"))
	}
	after := g.document(placedAmong(g, own, bad)...)
	params := risks(bad...)
	params[detect.ParamDocumentHash] = detect.DocumentHash([]byte(after))
	f := g.finding(detect.Resource{Type: detect.Bucket, ID: name}, "PutBucketPolicy", params)
	e := &episode{change: func() detect.Finding { put(after); return f }}
	known := len(own) > 0 && g.coin()
	shared := known && len(bad) > 1 && g.coin()
	if shared {
		own = left(g.world, after, bad[1:]...) // one was there before
	}
	if known && g.coin() { // the event drops a statement too
		own = placedAmong(g, own, []string{g.allows("Dropped", g.aws("arn:aws:iam::"+account+":root"), arn, "s3:GetObjectVersion")})
		e.late = droppedByWhom
	}
	framed := len(own) > 0 && g.coin() // the event kept what stands around the statements
	switch {
	case framed:
		put(framedAs(g.world, after, own...))
	case len(own) > 0:
		was, ideal := g.document(own...), cut(g.world, after, bad...)
		put(was)
		e.differs, e.ideal = spelledAnew(was, ideal), func() { put(ideal) }
	}
	if known {
		e.expected, e.differs = &f, ""
	}
	if framed { // otherwise what others add to after the action has another frame, or there is no policy
		e.beside = func() {
			live := must(g.s3().GetBucketPolicy(g.t.Context(), &s3.GetBucketPolicyInput{Bucket: &name}))(g.world)
			put(withStatement(g, *live.Policy, g.allows("Later", g.aws("arn:aws:iam::"+account+":root"), arn, "s3:GetObjectTagging")))
		}
	}
	if shared {
		return e // another statement of its id is no third state: that one is not the event's
	}
	e.meddle = func() {
		put(g.document(placedAmong(g, own, []string{g.allows("Open", g.aws("arn:aws:iam::"+partner+":root"), arn, "s3:GetObject")})...))
	}
	return e
}

// withStatement returns a document with a statement more, at its end.
func withStatement(g *gen, document, statement string) string {
	list, err := detect.PolicyStatements([]byte(document))
	if err != nil {
		g.t.Fatal(err)
	}
	var all []string
	for _, raw := range list {
		all = append(all, string(raw))
	}
	var frame map[string]json.RawMessage
	if err := json.Unmarshal([]byte(document), &frame); err != nil {
		g.t.Fatal(err)
	}
	frame["Statement"] = json.RawMessage("[" + strings.Join(append(all, statement), ",") + "]")
	var members []string
	for _, name := range slices.Sorted(maps.Keys(frame)) {
		members = append(members, fmt.Sprintf("%q:%s", name, frame[name]))
	}
	return "{" + strings.Join(members, ",") + "}"
}

const groupsURI = "http://acs.amazonaws.com/groups/global/"

// grants makes a list up: the owner, others, and those that are strangers' as texts such as "READ AllUsers".
func (g *gen) grants(texts ...string) (list []types.Grant) {
	for _, t := range texts {
		permission, who, _ := strings.Cut(t, " ")
		grantee := &types.Grantee{Type: types.TypeCanonicalUser, ID: &who}
		if strings.HasSuffix(who, "Users") || who == "LogDelivery" {
			uri := groupsURI + who
			if who == "LogDelivery" {
				uri = "http://acs.amazonaws.com/groups/s3/LogDelivery"
			}
			grantee = &types.Grantee{Type: types.TypeGroup, URI: &uri}
		}
		list = append(list, types.Grant{Permission: types.Permission(permission), Grantee: grantee})
	}
	return list
}

// granted is the episode that buckets and objects share.
func granted(g *gen, resource detect.Resource, event string, get func() *types.AccessControlPolicy, put func(*types.AccessControlPolicy)) *episode {
	was := get()
	own := append(slices.Clone(was.Grants), g.grants(some(g, "READ "+strings.Repeat("ab12", 16), "WRITE LogDelivery", "READ_ACP AuthenticatedUsers")...)...)
	put(&types.AccessControlPolicy{Owner: was.Owner, Grants: own})
	made := some(g, "READ AllUsers", "WRITE AllUsers", "READ AuthenticatedUsers", "FULL_CONTROL AllUsers")
	if len(made) == 0 {
		made = []string{"READ AllUsers"}
	}
	return &episode{
		change: func() detect.Finding {
			put(&types.AccessControlPolicy{Owner: was.Owner, Grants: append(slices.Clone(own), g.grants(shuffled(g, made...)...)...)})
			return g.finding(resource, event, map[string]string{detect.ParamBucketGrants: param(made)})
		},
		beside: func() {
			put(&types.AccessControlPolicy{Owner: was.Owner, Grants: append(get().Grants, g.grants("READ_ACP "+strings.Repeat("cd34", 16))...)})
		},
	}
}

func bucketGranted(g *gen) *episode {
	name := g.bucket()
	return granted(g, detect.Resource{Type: detect.Bucket, ID: name}, "PutBucketAcl", func() *types.AccessControlPolicy {
		out := must(g.s3().GetBucketAcl(g.t.Context(), &s3.GetBucketAclInput{Bucket: &name}))(g.world)
		return &types.AccessControlPolicy{Owner: out.Owner, Grants: out.Grants}
	}, func(list *types.AccessControlPolicy) {
		must(g.s3().PutBucketAcl(g.t.Context(), &s3.PutBucketAclInput{Bucket: &name, AccessControlPolicy: list}))(g.world)
	})
}

func objectGranted(g *gen) *episode {
	name, key := g.bucket(), pick(g, "2026/q3.csv", "a b+c=é.csv", "x//y.csv", "z&<q>.csv")
	for _, k := range append(some(g, "other", "q3.csv"), key) {
		must(g.s3().PutObject(g.t.Context(), &s3.PutObjectInput{Bucket: &name, Key: &k, Body: strings.NewReader("x")}))(g.world)
	}
	return granted(g, detect.Resource{Type: detect.Object, ID: key, Parent: name}, "PutObjectAcl", func() *types.AccessControlPolicy {
		out := must(g.s3().GetObjectAcl(g.t.Context(), &s3.GetObjectAclInput{Bucket: &name, Key: &key}))(g.world)
		return &types.AccessControlPolicy{Owner: out.Owner, Grants: out.Grants}
	}, func(list *types.AccessControlPolicy) {
		must(g.s3().PutObjectAcl(g.t.Context(), &s3.PutObjectAclInput{Bucket: &name, Key: &key, AccessControlPolicy: list}))(g.world)
	})
}

func (g *gen) rule(id string, days int32) types.LifecycleRule {
	r := types.LifecycleRule{
		ID: &id, Status: types.ExpirationStatusEnabled, Expiration: &types.LifecycleExpiration{Days: &days},
		Filter: &types.LifecycleRuleFilter{Prefix: aws.String(pick(g, "", "a/", "é & <b>/"))},
	}
	if g.coin() {
		r.AbortIncompleteMultipartUpload = &types.AbortIncompleteMultipartUpload{DaysAfterInitiation: aws.Int32(7)}
	}
	return r
}

func lifecycleWritten(g *gen) *episode {
	name := g.bucket()
	put := func(rules []types.LifecycleRule) {
		must(g.s3().PutBucketLifecycleConfiguration(g.t.Context(), &s3.PutBucketLifecycleConfigurationInput{
			Bucket: &name, LifecycleConfiguration: &types.BucketLifecycleConfiguration{Rules: rules},
		}))(g.world)
	}
	own := []types.LifecycleRule{g.rule("tidy", 400), g.rule("a b=c", 900), g.rule("zz", 700)}[:g.IntN(4)]
	f := g.finding(detect.Resource{Type: detect.Bucket, ID: name}, "PutBucketLifecycle", map[string]string{
		detect.ParamLifecycleRules: `[{"id":"purge","days":1}]`,
	})
	e := &episode{}
	after := slices.Insert(slices.Clone(own), g.IntN(len(own)+1), g.rule("purge", 1))
	if g.coin() { // a rule of the name was there, in its place
		at := slices.IndexFunc(after, func(r types.LifecycleRule) bool { return *r.ID == "purge" })
		own = slices.Clone(after)
		own[at] = g.rule("purge", 3650)
		e.expected = &f
	}
	_, err := g.s3().DeleteBucketLifecycle(g.t.Context(), &s3.DeleteBucketLifecycleInput{Bucket: &name})
	if err != nil {
		g.t.Fatal(err)
	}
	if len(own) > 0 {
		put(own)
	}
	e.change = func() detect.Finding { put(after); return f }
	e.beside = func() {
		var rules []types.LifecycleRule
		if live, err := g.s3().GetBucketLifecycleConfiguration(g.t.Context(), &s3.GetBucketLifecycleConfigurationInput{Bucket: &name}); err == nil {
			rules = live.Rules
		}
		put(append(rules, g.rule("later", 800)))
	}
	e.meddle = func() { put([]types.LifecycleRule{g.rule("purge", 400)}) }
	return e
}

func (g *gen) copying(id, to string, priority int32) types.ReplicationRule {
	return types.ReplicationRule{
		ID: &id, Priority: &priority, Status: types.ReplicationRuleStatusEnabled,
		Filter:                  &types.ReplicationRuleFilter{Prefix: aws.String("")},
		DeleteMarkerReplication: &types.DeleteMarkerReplication{Status: types.DeleteMarkerReplicationStatusDisabled},
		Destination:             &types.Destination{Bucket: aws.String("arn:aws:s3:::" + to)},
	}
}

func replicationWritten(g *gen) *episode {
	name := g.bucket()
	g.versioning(name, types.BucketVersioningStatusEnabled)
	put := func(rules []types.ReplicationRule) {
		must(g.s3().PutBucketReplication(g.t.Context(), &s3.PutBucketReplicationInput{
			Bucket: &name, ReplicationConfiguration: &types.ReplicationConfiguration{
				Role: aws.String("arn:aws:iam::" + account + ":role/copy"), Rules: rules,
			},
		}))(g.world)
	}
	own := []types.ReplicationRule{g.copying("backup", "own-copies", 1), g.copying("b c", "own-others", 2)}[:g.IntN(3)]
	f := g.finding(detect.Resource{Type: detect.Bucket, ID: name}, "PutBucketReplication", map[string]string{
		detect.ParamReplication: `[{"id":"leak","bucket":"arn:aws:s3:::strangers"}]`,
	})
	e := &episode{}
	after := slices.Insert(slices.Clone(own), g.IntN(len(own)+1), g.copying("leak", "strangers", 5))
	if g.coin() {
		at := slices.IndexFunc(after, func(r types.ReplicationRule) bool { return *r.ID == "leak" })
		own = slices.Clone(after)
		own[at] = g.copying("leak", "own-before", 5)
		e.expected = &f
	}
	if len(own) > 0 {
		put(own)
	}
	e.change = func() detect.Finding { put(after); return f }
	e.beside = func() {
		var rules []types.ReplicationRule
		if live, err := g.s3().GetBucketReplication(g.t.Context(), &s3.GetBucketReplicationInput{Bucket: &name}); err == nil {
			rules = live.ReplicationConfiguration.Rules
		}
		put(append(rules, g.copying("later", "own-later", 9)))
	}
	e.meddle = func() { put([]types.ReplicationRule{g.copying("leak", "third", 5)}) }
	return e
}

func versioningSuspended(g *gen) *episode {
	name := g.bucket()
	g.versioning(name, types.BucketVersioningStatusEnabled)
	f := g.finding(detect.Resource{Type: detect.Bucket, ID: name}, "PutBucketVersioning", map[string]string{detect.ParamVersioning: "Suspended"})
	e := &episode{
		change: func() detect.Finding { g.versioning(name, types.BucketVersioningStatusSuspended); return f },
		beside: func() { putPolicy(g.world, name, readers) },
	}
	if g.coin() {
		e.expected = &f
	}
	return e
}

func encryptionChanged(g *gen) *episode {
	name := g.bucket()
	put := func(rule types.ServerSideEncryptionRule) {
		must(g.s3().PutBucketEncryption(g.t.Context(), &s3.PutBucketEncryptionInput{
			Bucket: &name, ServerSideEncryptionConfiguration: &types.ServerSideEncryptionConfiguration{Rules: []types.ServerSideEncryptionRule{rule}},
		}))(g.world)
	}
	with := func(key string) types.ServerSideEncryptionRule {
		return types.ServerSideEncryptionRule{ApplyServerSideEncryptionByDefault: &types.ServerSideEncryptionByDefault{
			SSEAlgorithm: types.ServerSideEncryptionAwsKms, KMSMasterKeyID: &key,
		}}
	}
	before := with(ownKey)
	if g.coin() {
		before.BucketKeyEnabled = aws.Bool(true)
	}
	put(before)
	deleted := g.coin()
	made := strangersKey
	if deleted {
		made = detect.EncryptionDeleted
	}
	f := g.finding(detect.Resource{Type: detect.Bucket, ID: name}, "PutBucketEncryption", map[string]string{detect.ParamEncryption: made})
	e := &episode{expected: &f}
	e.change = func() detect.Finding {
		if deleted {
			must(g.s3().DeleteBucketEncryption(g.t.Context(), &s3.DeleteBucketEncryptionInput{Bucket: &name}))(g.world)
		} else {
			put(with(strangersKey))
		}
		return f
	}
	if !deleted && g.coin() {
		e.expected, e.differs = nil, "nobody knows what the bucket was encrypted with: S3's own keys it is"
		e.also = []string{"/storage/buckets/" + name + "/encryption"}
		e.ideal = func() {
			put(types.ServerSideEncryptionRule{ApplyServerSideEncryptionByDefault: &types.ServerSideEncryptionByDefault{SSEAlgorithm: types.ServerSideEncryptionAes256}})
		}
	}
	e.beside = g.besideBucket(name)
	e.meddle = func() { put(with(otherKey)) }
	return e
}

func accessLogStopped(g *gen) *episode {
	name, logs := g.bucket(), g.called()+"-logs"
	makeBucket(g.world, logs)
	must(g.s3().PutBucketPolicy(g.t.Context(), &s3.PutBucketPolicyInput{Bucket: &logs, Policy: aws.String(`{"Version":"2012-10-17","Statement":[{
		"Effect":"Allow","Principal":{"Service":"logging.s3.amazonaws.com"},"Action":"s3:PutObject","Resource":"arn:aws:s3:::` + logs + `/*"}]}`)}))(g.world)
	to := &types.LoggingEnabled{TargetBucket: &logs, TargetPrefix: aws.String(pick(g, "", "site/", "a b/é"))}
	switch g.IntN(3) {
	case 0:
		to.TargetObjectKeyFormat = &types.TargetObjectKeyFormat{SimplePrefix: &types.SimplePrefix{}}
	case 1:
		to.TargetObjectKeyFormat = &types.TargetObjectKeyFormat{PartitionedPrefix: &types.PartitionedPrefix{
			PartitionDateSource: types.PartitionDateSourceEventTime,
		}}
	}
	put := func(to *types.LoggingEnabled) {
		must(g.s3().PutBucketLogging(g.t.Context(), &s3.PutBucketLoggingInput{Bucket: &name, BucketLoggingStatus: &types.BucketLoggingStatus{LoggingEnabled: to}}))(g.world)
	}
	put(to)
	f := g.finding(detect.Resource{Type: detect.Bucket, ID: name}, "PutBucketLogging", nil)
	return &episode{
		expected: &f,
		change:   func() detect.Finding { put(nil); return f },
		beside:   g.besideBucket(name),
		meddle: func() {
			third := *to
			third.TargetPrefix = aws.String("third/")
			put(&third)
		},
	}
}
