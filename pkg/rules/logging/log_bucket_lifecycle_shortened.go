package logging

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

// LogBucketLifecycleShortened fires when a bucket that holds logs comes to delete them soon.
func LogBucketLifecycleShortened() *detect.Rule {
	judged := calls{s3Source: {
		"PutBucketLifecycle": lifecyclePut, "PutBucketLifecycleConfiguration": lifecyclePut, "DeleteBucketLifecycle": onlyForItsState,
	}}
	return &detect.Rule{
		ID:       "LOG-013",
		Title:    "Log bucket's retention shortened",
		Class:    "log-bucket-lifecycle-shortened",
		Severity: detect.High,
		Doc: `**Why it matters.** A lifecycle rule deletes a whole bucket without a single call to delete, and without a trace
besides this one: the quiet way to get rid of a trail's files.

The rule looks at what is enabled and expires objects, or the former versions of objects in a bucket of logs, which are
all that is left of files that were overwritten or deleted. The event does not say what a bucket holds, so that its name and
the rule's prefix decide: names with a word such as log, trail, audit or config, and the prefix AWSLogs. There, fewer
than 7 days or a fixed date is high, fewer than 90 is low. Any other bucket is low where a rule without a filter empties
it in fewer than 7 days, and quiet else.

**False positives.** Buckets for temporary files; logs that are copied elsewhere first.

**What to do.** Restore the former rules at once: what has expired is gone within a day, unless the bucket keeps versions.
Keep trails in a bucket with Object Lock.`,
		Refs: []detect.Ref{
			attack("T1485.001"), attack("T1562.008"),
			aws("Managing the lifecycle of objects", "AmazonS3/latest/userguide/object-lifecycle-mgmt.html"),
		},
		Pattern: judged.pattern(),
		Actions: []string{"restore-bucket-lifecycle"},
		Good:    goodLifecycle,
		Match:   judged.match,
	}
}

type lifecycleRule struct {
	ID, Status, Prefix cloudtrail.Text
	Filter             cloudtrail.List[lifecycleFilter]
	Expiration         cloudtrail.List[struct{ Days, Date cloudtrail.Text }]

	NoncurrentVersionExpiration cloudtrail.List[struct{ NoncurrentDays, NewerNoncurrentVersions cloudtrail.Text }]
}

type lifecycleFilter struct {
	Prefix cloudtrail.Text
	And    cloudtrail.List[struct{ Prefix cloudtrail.Text }]

	Tag                                       cloudtrail.List[struct{ Key cloudtrail.Text }]
	ObjectSizeGreaterThan, ObjectSizeLessThan cloudtrail.Text
}

func lifecyclePut(ev *cloudtrail.Event) ([]detect.Finding, error) {
	req, err := cloudtrail.RequestOf[struct {
		BucketName             cloudtrail.Text
		LifecycleConfiguration cloudtrail.List[struct {
			Rule, Rules cloudtrail.List[lifecycleRule]
		}]
	}](ev)
	if err != nil {
		return nil, err
	}
	if req.BucketName == "" {
		return nil, missing("bucketName")
	}
	var rules []lifecycleRule
	for _, c := range req.LifecycleConfiguration {
		rules = append(append(rules, c.Rule...), c.Rules...)
	}
	if len(rules) == 0 {
		return nil, missing("rules in LifecycleConfiguration")
	}
	var facts []fact
	var blamed []lifecycleRule
	for _, r := range rules {
		if found := r.judge(string(req.BucketName)); len(found) > 0 {
			facts, blamed = append(facts, found...), append(blamed, r)
		}
	}
	if len(facts) == 0 {
		return nil, nil
	}
	worst, said := worstOf(facts)
	f := detect.Finding{
		Severity: worst,
		Resource: detect.Resource{Type: detect.Bucket, ID: string(req.BucketName)},
		Summary:  fmt.Sprintf("bucket %s deletes %s", detect.Text(string(req.BucketName)), said),
		Params:   lifecycleParams(rules, blamed),
	}
	if f.Params != nil {
		f.Actions = []string{"restore-bucket-lifecycle"}
	}
	return []detect.Finding{f}, nil
}

// lifecycleParams says which rules are to blame, nil where one of them cannot be told from the others by its name: S3 makes
// names up for rules without one.
func lifecycleParams(all, blamed []lifecycleRule) map[string]string {
	var told []detect.LifecycleRule
	for _, r := range blamed {
		named := 0
		for _, other := range all {
			if other.ID == r.ID {
				named++
			}
		}
		e, ok := r.deletes()
		if r.ID == "" || named != 1 || !ok {
			return nil
		}
		told = append(told, e)
	}
	raw, err := json.Marshal(told)
	if err != nil {
		return nil
	}
	return map[string]string{detect.ParamLifecycleRules: string(raw)}
}

// deletes returns what a rule deletes, and whether all of it can be read.
func (r lifecycleRule) deletes() (e detect.LifecycleRule, ok bool) {
	e.ID = string(r.ID)
	if len(r.Expiration) > 1 || len(r.NoncurrentVersionExpiration) > 1 {
		return e, false
	}
	days := func(t cloudtrail.Text) (int32, bool) {
		if t == "" {
			return 0, true
		}
		n, err := strconv.ParseInt(string(t), 10, 32)
		return int32(n), err == nil
	}
	current, former := true, true
	for _, x := range r.Expiration {
		e.Days, current = days(x.Days)
		if x.Date != "" {
			day, _, _ := strings.Cut(string(x.Date), "T")
			e.Date = day
		}
	}
	for _, x := range r.NoncurrentVersionExpiration {
		e.FormerDays, former = days(x.NoncurrentDays)
	}
	return e, current && former
}

func (r lifecycleRule) judge(bucket string) []fact {
	if r.Status != "Enabled" {
		return nil
	}
	prefix, whole := r.scope()
	logs := holdsLogs(bucket, prefix)
	objects := "every object"
	switch {
	case prefix != "":
		objects = "objects under " + detect.Text(prefix)
	case !whole:
		objects = "objects that a filter chooses"
	}
	var facts []fact
	if days, when, expires := r.expiry(); expires {
		if severity := retained(days, logs, whole); severity != detect.Inherit {
			facts = append(facts, fact{severity, objects + " " + when})
		}
	}
	if days, expires := r.versionsExpire(); expires && logs { // anywhere else it is how old versions are tidied away
		if severity := retained(days, logs, whole); severity != detect.Inherit {
			facts = append(facts, fact{severity, "the former versions of " + objects + " after " + counted(days, "day", "days")})
		}
	}
	if last := len(facts) - 1; logs && last >= 0 {
		facts[last].said += "; it looks like a bucket of logs"
	}
	return facts
}

// retained says how grave it is that a rule deletes what is some days old, Inherit where it is not.
func retained(days int, logs, whole bool) detect.Severity {
	const week, quarter = 7, 90
	switch {
	case logs && days < week:
		return detect.High
	case logs && days < quarter, whole && days < week:
		return detect.Low
	}
	return detect.Inherit
}

// versionsExpire returns when a rule deletes what was overwritten or deleted before. A rule that keeps the newest of the
// former versions deletes only what is older than those, and is no way to be rid of a file.
func (r lifecycleRule) versionsExpire() (days int, expires bool) {
	for _, e := range r.NoncurrentVersionExpiration {
		n, err := strconv.Atoi(string(e.NoncurrentDays))
		if err == nil && (e.NewerNoncurrentVersions == "" || e.NewerNoncurrentVersions == "0") {
			return n, true
		}
	}
	return 0, false
}

// expiry returns when a rule deletes current objects. A date counts as no days: the rule has no clock.
func (r lifecycleRule) expiry() (days int, when string, expires bool) {
	for _, e := range r.Expiration {
		if e.Date != "" {
			return 0, "on " + detect.Text(string(e.Date)), true
		}
		if n, err := strconv.Atoi(string(e.Days)); err == nil {
			return n, "after " + counted(n, "day", "days"), true
		}
	}
	return 0, "", false
}

// scope returns the prefix of what a rule works on, and whether it works on the whole bucket.
func (r lifecycleRule) scope() (prefix string, whole bool) {
	prefix, whole = string(r.Prefix), true
	for _, f := range r.Filter {
		if f.Prefix != "" {
			prefix = string(f.Prefix)
		}
		for _, and := range f.And {
			prefix, whole = string(and.Prefix), false
		}
		whole = whole && len(f.Tag) == 0 && f.ObjectSizeGreaterThan == "" && f.ObjectSizeLessThan == ""
	}
	return prefix, whole && prefix == ""
}
