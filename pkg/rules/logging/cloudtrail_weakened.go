package logging

import (
	"encoding/json"
	"fmt"
	"strings"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

// CloudTrailWeakened fires when a trail comes to record less, to protect its files less or to deliver them elsewhere.
func CloudTrailWeakened() *detect.Rule {
	judged := calls{cloudtrailSource: {"UpdateTrail": trailUpdated}}
	return &detect.Rule{
		ID:       "LOG-003",
		Title:    "CloudTrail trail weakened",
		Class:    "cloudtrail-weakened",
		Severity: detect.High,
		Doc: `**Why it matters.** A trail that still runs but sees one region, leaves out member accounts or writes where
nobody looks blinds you as much as a stopped one, and draws less attention. Without validation nobody can prove that the
files are whole.

The rule reads what the request sets. Recording switched off for other regions, for global services or for the
organization is critical. Validation off, delivery to CloudWatch Logs or encryption removed, and a key or log group of
a stranger's account are high. The event does not say what was set before, and the console sends all settings with every
change: a bucket or a key that is merely named, no topic, and no organization beside a bucket are medium.

**False positives.** A change in the console that leaves the bucket as it was; the move of logs to a central account.

**What to do.** Compare the trail with what it should be, and set it so. If the bucket or the key changed, find out who
owns them: the records since then are in foreign hands, or unreadable.`,
		Refs: []detect.Ref{
			attack("T1562.008"), cis("3.1, 3.2, 3.5, 4.5"),
			aws("UpdateTrail", "awscloudtrail/latest/APIReference/API_UpdateTrail.html"),
		},
		Pattern: judged.pattern(),
		Actions: []string{"restore-trail"},
		Denied:  true,

		GoodParts: goodSettings,
		Match:     judged.match,
	}
}

// A trailUpdate holds what a request sets; what it leaves out stays as it was.
type trailUpdate struct {
	Name                       cloudtrail.Text
	IsMultiRegionTrail         *cloudtrail.Flag
	IncludeGlobalServiceEvents *cloudtrail.Flag
	IsOrganizationTrail        *cloudtrail.Flag
	EnableLogFileValidation    *cloudtrail.Flag
	S3BucketName               *cloudtrail.Text
	S3KeyPrefix                *cloudtrail.Text
	SNSTopicName               *cloudtrail.Text
	KMSKeyID                   *cloudtrail.Text
	CloudWatchLogsLogGroupARN  *cloudtrail.Text
}

func trailUpdated(ev *cloudtrail.Event) ([]detect.Finding, error) {
	req, err := cloudtrail.RequestOf[trailUpdate](ev)
	if err != nil {
		return nil, err
	}
	if req.Name == "" {
		return nil, missing("name")
	}
	facts := append(req.switchedOff(), req.redirected(ev)...)
	if len(facts) == 0 {
		return nil, nil
	}
	worst, said := worstOf(facts)
	changed := " was changed: "
	if worst >= detect.High {
		changed = " was weakened: "
	}
	name := trailName(ev, string(req.Name))
	f := detect.Finding{
		Severity: worst,
		Resource: detect.Resource{Type: detect.Trail, ID: name},
		Summary:  "trail " + detect.Text(name) + changed + said,
	}
	if made := req.settings(); len(made) > 0 {
		raw, err := json.Marshal(made)
		if err != nil {
			return nil, fmt.Errorf("settings of trail %s: %w", detect.Text(name), err)
		}
		f.Params, f.Actions = map[string]string{detect.ParamSettings: string(raw)}, []string{"restore-trail"}
	}
	return []detect.Finding{f}, nil
}

// settings returns those of the risky settings that an action can put back, by the names that UpdateTrail gives them.
func (u trailUpdate) settings() map[string]string {
	made := map[string]string{}
	for name, flag := range map[string]*cloudtrail.Flag{
		"IsMultiRegionTrail": u.IsMultiRegionTrail, "IncludeGlobalServiceEvents": u.IncludeGlobalServiceEvents,
		"EnableLogFileValidation": u.EnableLogFileValidation,
	} {
		if flag != nil && !bool(*flag) {
			made[name] = "false"
		}
	}
	if set(u.S3BucketName) {
		made["S3BucketName"] = string(*u.S3BucketName)
		if u.S3KeyPrefix != nil {
			made["S3KeyPrefix"] = string(*u.S3KeyPrefix)
		}
	}
	if removed(u.SNSTopicName) {
		made["SnsTopicName"] = ""
	}
	if u.KMSKeyID != nil {
		made["KmsKeyId"] = string(*u.KMSKeyID)
	}
	return made
}

func (u trailUpdate) switchedOff() []fact {
	organization := detect.Critical
	if u.S3BucketName != nil {
		organization = detect.Medium // the console sends every setting, also of a trail that never was an organization's
	}
	var facts []fact
	for _, setting := range []struct {
		flag *cloudtrail.Flag
		fact
	}{
		{u.IsMultiRegionTrail, fact{detect.Critical, "it records no other regions"}},
		{u.IncludeGlobalServiceEvents, fact{detect.Critical, "it records no global services such as IAM"}},
		{u.IsOrganizationTrail, fact{organization, "it records no other accounts of the organization"}},
		{u.EnableLogFileValidation, fact{detect.High, "its files are not validated"}},
	} {
		if setting.flag != nil && !bool(*setting.flag) {
			facts = append(facts, setting.fact)
		}
	}
	return facts
}

func (u trailUpdate) redirected(ev *cloudtrail.Event) []fact {
	var facts []fact
	add := func(severity detect.Severity, said string) { facts = append(facts, fact{severity, said}) }
	if set(u.S3BucketName) {
		add(detect.Medium, "it writes to bucket "+detect.Text(string(*u.S3BucketName))+" now")
	}
	if removed(u.SNSTopicName) {
		add(detect.Medium, "it announces its files to no topic")
	}
	switch {
	case removed(u.KMSKeyID):
		add(detect.High, "its files are not encrypted with a key of yours")
	case set(u.KMSKeyID):
		add(ownerSeverity(*u.KMSKeyID, ev), "its files are encrypted with key "+detect.Text(string(*u.KMSKeyID))+" now")
	}
	switch {
	case removed(u.CloudWatchLogsLogGroupARN):
		add(detect.High, "it does not deliver to CloudWatch Logs")
	case set(u.CloudWatchLogsLogGroupARN) && ownerSeverity(*u.CloudWatchLogsLogGroupARN, ev) == detect.High:
		add(detect.High, "it delivers to log group "+detect.Text(string(*u.CloudWatchLogsLogGroupARN))+" of another account now")
	}
	return facts
}

func set(t *cloudtrail.Text) bool     { return t != nil && *t != "" }
func removed(t *cloudtrail.Text) bool { return t != nil && *t == "" }

// ownerSeverity is high where an ARN names a stranger's account. An ID or an alias is one of the caller's account.
func ownerSeverity(arn cloudtrail.Text, ev *cloudtrail.Event) detect.Severity {
	parts := strings.SplitN(string(arn), ":", 6)
	if len(parts) == 6 && parts[0] == "arn" && !ev.Inside(parts[4]) {
		return detect.High
	}
	return detect.Medium
}
