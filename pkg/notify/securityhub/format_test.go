package securityhub

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf16"

	"github.com/aws/aws-sdk-go-v2/service/securityhub/types"
)

// asff holds a finding against the required attributes, enumerations and limits of the AWS Security Finding Format, as the
// API's reference states them, and against the rules for a product that is no partner of AWS.
// https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_AwsSecurityFinding.html
func asff(f types.AwsSecurityFinding, hub Hub) []string {
	var v faults
	v.text("SchemaVersion", f.SchemaVersion, 10, 10)
	v.text("Id", f.Id, 1, 512)
	v.text("ProductArn", f.ProductArn, 12, 2048)
	v.text("GeneratorId", f.GeneratorId, 1, 512)
	v.text("AwsAccountId", f.AwsAccountId, 12, 12)
	v.text("Title", f.Title, 1, 256)
	v.text("Description", f.Description, 1, 1024)
	v.optional("ProductName", f.ProductName, 128)
	v.optional("CompanyName", f.CompanyName, 128)
	v.optional("SourceUrl", f.SourceUrl, 2048)
	v.time("CreatedAt", f.CreatedAt)
	v.time("UpdatedAt", f.UpdatedAt)
	v.check(f.FirstObservedAt == nil || v.time("FirstObservedAt", f.FirstObservedAt), "FirstObservedAt")
	v.check(f.LastObservedAt == nil || v.time("LastObservedAt", f.LastObservedAt), "LastObservedAt")
	v.check(*f.UpdatedAt >= *f.CreatedAt, "UpdatedAt before CreatedAt")
	v.check(*f.SchemaVersion == "2018-10-08", "SchemaVersion")
	v.check(*f.AwsAccountId == hub.Account, "AwsAccountId is not the account that calls")
	v.check(*f.ProductArn == fmt.Sprintf("arn:%s:securityhub:%s:%s:product/%s/default", hub.Partition, hub.Region, hub.Account, hub.Account), "ProductArn")
	v.check(slices.Contains(f.RecordState.Values(), f.RecordState), "RecordState")
	v.check(f.Workflow != nil && slices.Contains(f.Workflow.Status.Values(), f.Workflow.Status), "Workflow.Status")
	v.check(f.Severity == nil && f.Types == nil && f.Confidence == nil && f.Criticality == nil && f.RelatedFindings == nil,
		"top-level attributes that belong into FindingProviderFields")
	v.check(f.Note == nil && f.UserDefinedFields == nil && f.VerificationState == "", "attributes that belong to people")
	v.provider(f.FindingProviderFields)
	v.fields("ProductFields", f.ProductFields, 50, 128, 2048)
	v.check(len(f.Resources) >= 1 && len(f.Resources) <= 32, "number of Resources")
	for i, r := range f.Resources {
		v.resource(fmt.Sprintf("Resources[%d]", i), r)
	}
	v.call(f.Action)
	if v.check(f.Remediation != nil && f.Remediation.Recommendation != nil, "Remediation") {
		v.text("Remediation text", f.Remediation.Recommendation.Text, 1, 512)
		v.optional("Remediation URL", f.Remediation.Recommendation.Url, 2048)
	}
	if raw, err := json.Marshal(f); err != nil || len(raw) > 240_000 {
		v.check(false, "%d bytes, %v", len(raw), err)
	}
	return v
}

type faults []string

func (v *faults) check(ok bool, format string, args ...any) bool {
	if !ok {
		*v = append(*v, fmt.Sprintf(format, args...))
	}
	return ok
}

// text checks a NonEmptyString: the API wants a character that is no white space, on one line.
func (v *faults) text(name string, s *string, least, most int) {
	if !v.check(s != nil, "%s is missing", name) {
		return
	}
	n := len(utf16.Encode([]rune(*s)))
	v.check(n >= least && n <= most, "%s has %d characters, want %d to %d", name, n, least, most)
	v.check(strings.TrimSpace(*s) != "", "%s is blank", name)
	v.check(!strings.ContainsFunc(*s, func(r rune) bool { return r < ' ' || r == 0x7f || r == '\u2028' || r == '\u202e' }), "%s has control characters", name)
}

func (v *faults) optional(name string, s *string, most int) {
	if s != nil {
		v.text(name, s, 1, most)
	}
}

var timestamp = regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?Z$`)

func (v *faults) time(name string, s *string) bool {
	if !v.check(s != nil && timestamp.MatchString(*s), "%s is no timestamp", name) {
		return false
	}
	_, err := time.Parse(time.RFC3339, *s)
	return v.check(err == nil, "%s: %v", name, err)
}

func (v *faults) fields(name string, m map[string]string, most, maxName, maxValue int) {
	v.check(len(m) <= most, "%s has %d pairs", name, len(m))
	for k, value := range m {
		v.text(name+" name", &k, 1, maxName)
		v.text(name+"["+k+"]", &value, 1, maxValue)
		v.check(!strings.HasPrefix(k, "aws/"), "%s[%s] has the prefix of AWS's own", name, k)
	}
}

var namespaces = []string{"Software and Configuration Checks", "TTPs", "Effects", "Unusual Behaviors", "Sensitive Data Identifications"}

func (v *faults) provider(p *types.FindingProviderFields) {
	if !v.check(p != nil && p.Severity != nil, "FindingProviderFields.Severity is missing") {
		return
	}
	v.check(slices.Contains(p.Severity.Label.Values(), p.Severity.Label), "Severity.Label %q", p.Severity.Label)
	v.text("Severity.Original", p.Severity.Original, 1, 64)
	v.check(len(p.Types) >= 1 && len(p.Types) <= 50, "number of Types")
	for _, t := range p.Types {
		parts := strings.SplitN(t, "/", 3)
		v.check(len(parts) == 3 && slices.Contains(namespaces, parts[0]), "type %q", t)
		v.text("type", &t, 1, 256)
	}
	v.check(len(p.RelatedFindings) <= 10, "number of RelatedFindings")
	for _, r := range p.RelatedFindings {
		v.text("RelatedFindings.Id", r.Id, 1, 512)
		v.text("RelatedFindings.ProductArn", r.ProductArn, 12, 2048)
	}
}

func (v *faults) resource(name string, r types.Resource) {
	v.text(name+".Type", r.Type, 1, 256)
	v.text(name+".Id", r.Id, 1, 512)
	v.optional(name+".Region", r.Region, 16)
	v.optional(name+".ResourceRole", r.ResourceRole, 16)
	v.check(r.Partition == "" || slices.Contains(r.Partition.Values(), r.Partition), "%s.Partition %q", name, r.Partition)
	if r.Details != nil {
		v.fields(name+".Details.Other", r.Details.Other, 50, 127, 1023)
		if k := r.Details.AwsIamAccessKey; k != nil {
			v.optional(name+" principal", k.PrincipalName, 128)
			v.check(*r.Type == "AwsIamAccessKey", "%s has an access key's details", name)
		}
	}
}

func (v *faults) call(a *types.Action) {
	if a == nil {
		return
	}
	v.check(a.ActionType != nil && *a.ActionType == "AWS_API_CALL" && a.AwsApiCallAction != nil, "Action")
	c := a.AwsApiCallAction
	v.text("Action.Api", c.Api, 1, 128)
	v.text("Action.ServiceName", c.ServiceName, 1, 128)
	switch *c.CallerType {
	case "remoteip":
		v.check(c.RemoteIpDetails != nil && c.DomainDetails == nil, "Action of a remote IP")
	case "domain":
		v.check(c.RemoteIpDetails == nil && c.DomainDetails != nil, "Action of a domain")
	default:
		v.check(false, "CallerType %q", *c.CallerType)
	}
}
