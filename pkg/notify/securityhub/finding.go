package securityhub

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/securityhub/types"

	"riposte/pkg/ledger"
	"riposte/pkg/notify"
	"riposte/pkg/notify/report"
)

// Limits of the AWS Security Finding Format, in characters.
// https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_AwsSecurityFinding.html
const (
	maxTitle       = 256
	maxDescription = 1024
	maxAdvice      = 512
	maxGenerator   = 512
	maxURL         = 2048
	maxRelated     = 10
)

var errNoTime = errors.New("the incident does not say when it was received: no finding can be made of it")

// finding makes the finding of a message.
func finding(hub Hub, m notify.Message) (types.AwsSecurityFinding, error) {
	in, r := m.Incident, report.Of(m)
	created, updated := created(in), updated(in)
	if created.IsZero() {
		return types.AwsSecurityFinding{}, fmt.Errorf("incident %.80q: %w", in.ID, errNoTime)
	}
	name, original := label(r.Severity)
	f := types.AwsSecurityFinding{
		SchemaVersion: aws.String("2018-10-08"),
		Id:            aws.String(findingID(in.ID)),
		ProductArn:    aws.String(hub.product()),
		ProductName:   aws.String("Riposte"),
		CompanyName:   aws.String("Riposte"),
		GeneratorId:   aws.String(short("riposte/"+report.Clean(in.Rule), maxGenerator)),
		AwsAccountId:  aws.String(hub.Account),
		CreatedAt:     aws.String(stamp(created)),
		UpdatedAt:     aws.String(stamp(updated)),
		Title:         aws.String(title(in, r)),
		Description:   aws.String(description(r)),
		Resources:     resources(in),
		Action:        action(in),
		ProductFields: fields(m, r),
		Remediation:   remediation(r),
		FindingProviderFields: &types.FindingProviderFields{
			Severity:        &types.FindingProviderSeverity{Label: types.SeverityLabel(name), Original: aws.String(original)},
			Types:           findingTypes(in),
			RelatedFindings: related(hub, in),
		},
		RecordState: types.RecordStateActive,
		Workflow:    &types.Workflow{Status: types.WorkflowStatusNew}, // taken only where the finding is made
	}
	if at := in.Times.Event; sane(at) {
		f.FirstObservedAt, f.LastObservedAt = aws.String(stamp(at)), aws.String(stamp(at))
	}
	if m.Settled() {
		f.RecordState, f.Workflow.Status = types.RecordStateArchived, types.WorkflowStatusResolved
	}
	if len(r.Links) > 0 && len(r.Links[0].URL) <= maxURL {
		f.SourceUrl = aws.String(r.Links[0].URL)
	}
	return f, nil
}

var identifier = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9-]{0,63}$`)

// findingID returns the identifier of an incident's finding, which is the same in every state.
func findingID(incident string) string {
	if !identifier.MatchString(incident) {
		sum := sha256.Sum256([]byte(incident))
		incident = "odd-" + hex.EncodeToString(sum[:16])
	}
	return "riposte/" + incident
}

// sane reports whether a time can be written as the format wants it.
func sane(t time.Time) bool { return t.Year() > 1970 && t.Year() < 10000 }

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// created returns when the finding was made, the same for every state of an incident.
func created(in ledger.Incident) time.Time {
	for _, t := range []time.Time{in.Times.Received, in.Times.Decided, in.Times.Event} {
		if sane(t) {
			return t
		}
	}
	return time.Time{}
}

// updated returns a time that grows with every version of an incident: the last moment that its history has, and a
// millisecond a version. When the event happened is not among them; the record says that, and not Riposte's clock.
func updated(in ledger.Incident) time.Time {
	last := created(in)
	times := []time.Time{in.Times.Decided, in.Times.Acted, in.Times.Verified, in.Times.Closed}
	for _, n := range in.Notes {
		times = append(times, n.Time)
	}
	for _, t := range times {
		if sane(t) && t.After(last) {
			last = t
		}
	}
	return last.Truncate(time.Millisecond).Add(time.Duration(in.Version) * time.Millisecond)
}

func title(in ledger.Incident, r report.Report) string {
	what := r.Title
	if res := report.Clean(in.Resource); res != "" {
		what += ": " + res
	}
	return short(what, maxTitle)
}

// description says what happened, how it stands, and why it matters.
func description(r report.Report) string {
	parts := []string{ended(r.Summary), r.Lead + " " + r.Standing}
	if r.Error.Text != "" {
		parts = append(parts, r.Error.Label+": "+ended(r.Error.Text))
	}
	if r.Why.Text != "" {
		parts = append(parts, r.Why.Text)
	}
	return short(strings.TrimSpace(strings.Join(parts, " ")), maxDescription)
}

// ended makes a sentence of a text.
func ended(s string) string {
	if s == "" || strings.HasSuffix(s, ".") || strings.HasSuffix(s, "…") {
		return s
	}
	return s + "."
}

// remediation says what a person can do now, and where.
func remediation(r report.Report) *types.Remediation {
	var parts []string
	for _, l := range r.NotDone {
		parts = append(parts, text(l))
	}
	for _, s := range r.Next {
		parts = append(parts, s.Command+" : "+text(s.Does))
	}
	if len(parts) == 0 {
		parts = []string{"Nothing is left to do for this incident."}
	}
	advice := &types.Recommendation{Text: aws.String(short(strings.Join(parts, " "), maxAdvice))}
	if len(r.Links) > 1 && len(r.Links[1].URL) <= maxURL { // the resource itself; the first is the event
		advice.Url = aws.String(r.Links[1].URL)
	}
	return &types.Remediation{Recommendation: advice}
}

// related names the findings of the other incidents of a chain.
func related(hub Hub, in ledger.Incident) []types.RelatedFinding {
	if in.Chain == nil {
		return nil
	}
	var out []types.RelatedFinding
	for _, s := range in.Chain.Recent(maxRelated + 1).Timeline {
		if s.Incident != in.ID && len(out) < maxRelated {
			out = append(out, types.RelatedFinding{ProductArn: aws.String(hub.product()), Id: aws.String(findingID(s.Incident))})
		}
	}
	return out
}

// text writes a line without markup.
func text(l report.Line) string {
	var b strings.Builder
	for _, s := range l {
		b.WriteString(s.Text)
	}
	return b.String()
}
