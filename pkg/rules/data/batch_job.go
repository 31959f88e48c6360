package data

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/rules/caller"
)

// batchJob is the part of a request of Batch that says what runs, and on how much.
type batchJob struct {
	JobName, JobQueue, JobDefinition cloudtrail.Text
	ArrayProperties                  struct{ Size cloudtrail.Text }
	ContainerOverrides               struct {
		Command              cloudtrail.List[cloudtrail.Text]
		ResourceRequirements cloudtrail.List[struct{ Type, Value cloudtrail.Text }]
	}
}

// jobSubmitted judges a batch job by its command, its number of copies and the accelerators that it asks for. What its
// definition says is not in the event.
func jobSubmitted(ev *cloudtrail.Event) ([]detect.Finding, error) {
	req, err := cloudtrail.RequestOf[batchJob](ev)
	if err != nil {
		return nil, err
	}
	if req.JobName == "" {
		return nil, errors.New("request parameters: no jobName")
	}
	f := detect.Finding{Resource: detect.Resource{Type: detect.Account, ID: ev.Account}}
	name := detect.Text(ev.Identity.Name())
	for _, word := range req.ContainerOverrides.Command {
		if where := credentialsAddress(string(word)); where != "" {
			f.Severity = detect.High
			f.Summary = fmt.Sprintf("%s submitted the batch job %s, which reads its credentials from %s%s",
				name, detect.Text(string(req.JobName)), where, caller.Through(ev))
			return []detect.Finding{f}, nil
		}
	}
	if caller.Service(ev) != "" {
		return nil, nil
	}
	copies, costly, err := req.amount()
	if err != nil {
		return nil, err
	}
	const many = 20
	what := "1 copy"
	if copies != 1 {
		what = strconv.Itoa(copies) + " copies"
	}
	if costly {
		what += " with accelerators"
	}
	switch {
	case costly && copies >= many:
		f.Severity = byHand(ev, detect.High)
	case costly, copies >= many:
		f.Severity = byHand(ev, detect.Medium)
	default:
		return nil, nil
	}
	f.Summary = fmt.Sprintf("%s submitted the batch job %s to the queue %s in %s: %s",
		name, detect.Text(string(req.JobName)), detect.Text(string(req.JobQueue)), detect.Text(ev.Region), what)
	return []detect.Finding{f}, nil
}

// amount returns how often a job runs, and whether each time asks for accelerators.
func (j batchJob) amount() (copies int, costly bool, err error) {
	copies = 1
	if size := string(j.ArrayProperties.Size); size != "" {
		if copies, err = strconv.Atoi(size); err != nil {
			return 0, false, fmt.Errorf("request parameters: %q is no number of jobs", detect.Text(size))
		}
	}
	for _, r := range j.ContainerOverrides.ResourceRequirements {
		costly = costly || strings.EqualFold(string(r.Type), "GPU")
	}
	return copies, costly, nil
}
