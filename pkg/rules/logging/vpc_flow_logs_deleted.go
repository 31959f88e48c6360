package logging

import (
	"encoding/json"
	"fmt"
	"slices"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

// VPCFlowLogsDeleted fires when flow logs are deleted.
func VPCFlowLogsDeleted() *detect.Rule {
	judged := calls{"ec2.amazonaws.com": {"DeleteFlowLogs": flowLogsDeleted, "CreateFlowLogs": onlyForItsState}}
	return &detect.Rule{
		ID:       "LOG-010",
		Title:    "VPC flow logs deleted",
		Class:    "vpc-flow-logs-deleted",
		Severity: detect.High,
		Doc: `**Why it matters.** Flow logs are the record of who spoke to whom in a network: without them lateral movement and
exfiltration leave no trace there. What was recorded before stays where it was written.

The call answers with the flow logs that it could not delete; those are left out.

**False positives.** The retirement of a VPC, a subnet or an interface; the replacement of a flow log by one with other
fields, since flow logs cannot be changed.

**What to do.** Create the flow log anew: the event has only its id, the event history its creation, with network,
traffic type, format and destination. Ask the caller why.`,
		Refs: []detect.Ref{
			attack("T1562.008"), cis("3.7"),
			aws("Delete a flow log", "vpc/latest/userguide/working-with-flow-logs.html"),
		},
		Pattern: judged.pattern(),
		Actions: []string{"recreate-flow-log"},
		Denied:  true,
		Good:    goodFlowLog,
		Match:   judged.match,
	}
}

// A flowLogID is a text, or an object with it that EC2's newer records have.
type flowLogID string

// UnmarshalJSON accepts both spellings.
func (id *flowLogID) UnmarshalJSON(raw []byte) error {
	var content struct{ Content cloudtrail.Text }
	if err := json.Unmarshal(raw, &content); err == nil && content.Content != "" {
		*id = flowLogID(content.Content)
		return nil
	}
	var text cloudtrail.Text
	if err := json.Unmarshal(raw, &text); err != nil {
		return err
	}
	*id = flowLogID(text)
	return nil
}

func flowLogsDeleted(ev *cloudtrail.Event) ([]detect.Finding, error) {
	const most = 20 // findings of one event: more would flood those who read them
	req, err := cloudtrail.RequestOf[struct {
		FlowLogID, FlowLogIDs cloudtrail.List[flowLogID]
	}](ev)
	if err != nil {
		return nil, err
	}
	ids := slices.Concat(req.FlowLogID, req.FlowLogIDs)
	if len(ids) == 0 || slices.Contains(ids, "") {
		return nil, missing("FlowLogId")
	}
	kept := undeleted(ev)
	ids = slices.DeleteFunc(ids, func(id flowLogID) bool { return slices.Contains(kept, string(id)) })
	if len(ids) > most {
		return accountWide(detect.Inherit, fmt.Sprintf("%d flow logs were deleted, %s", len(ids), few(ids)))(ev)
	}
	found := make([]detect.Finding, 0, len(ids))
	for _, id := range ids {
		found = append(found, detect.Finding{
			Resource: detect.Resource{Type: detect.FlowLog, ID: string(id)},
			Actions:  []string{"recreate-flow-log"},
			Summary:  fmt.Sprintf("flow log %s was deleted", detect.Text(string(id))),
		})
	}
	return found, nil
}

// undeleted returns the flow logs that the answer excepts. An answer that cannot be read excepts none.
func undeleted(ev *cloudtrail.Event) []string {
	resp, err := cloudtrail.ResponseOf[struct {
		Unsuccessful cloudtrail.List[struct{ ResourceID cloudtrail.Text }]
	}](ev)
	if err != nil {
		return nil
	}
	ids := make([]string, 0, len(resp.Unsuccessful))
	for _, u := range resp.Unsuccessful {
		ids = append(ids, string(u.ResourceID))
	}
	return ids
}
