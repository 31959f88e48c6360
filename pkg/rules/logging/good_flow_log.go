package logging

import (
	"encoding/json"
	"strconv"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

// goodFlowLog returns what a new flow log records, where a call made one: of several nobody says which is whose.
func goodFlowLog(ev *cloudtrail.Event) (detect.State, bool) {
	req, err := cloudtrail.RequestOf[struct {
		ResourceID, ResourceIDs                                     cloudtrail.List[flowLogID] // written as the ids of flow logs are
		TrafficType, LogDestinationType, LogDestination, LogFormat  cloudtrail.Text
		MaxAggregationInterval                                      cloudtrail.Text
		DestinationOptions                                          flowLogFiles
		TagFieldSpecification, TagFieldSpecifications, LogGroupName json.RawMessage
	}](ev)
	if err != nil || ev.Name != "CreateFlowLogs" {
		return detect.State{}, false
	}
	resp, err := cloudtrail.ResponseOf[struct{ FlowLogIDSet cloudtrail.List[flowLogID] }](ev)
	networks := append(req.ResourceID, req.ResourceIDs...)
	if err != nil || len(networks) != 1 || len(resp.FlowLogIDSet) != 1 || networks[0] == "" || resp.FlowLogIDSet[0] == "" {
		return detect.State{}, false
	}
	interval, err := strconv.Atoi(string(req.MaxAggregationInterval))
	if err != nil && req.MaxAggregationInterval != "" {
		return detect.State{}, false
	}
	to := string(req.LogDestinationType)
	if to == "" { // as the API has it
		to = "cloud-watch-logs"
	}
	raw, err := json.Marshal(map[string]any{
		"resource": string(networks[0]), "traffic": string(req.TrafficType), "to": to, "destination": string(req.LogDestination),
		"format": string(req.LogFormat), "interval": interval, "tag_fields": len(req.TagFieldSpecification)+len(req.TagFieldSpecifications) > 0,
		"file_format": string(req.DestinationOptions.FileFormat), "hive": bool(req.DestinationOptions.HiveCompatiblePartitions),
		"hourly": bool(req.DestinationOptions.PerHourPartition),
	})
	return detect.State{
		Aspect: "flow-log", Resource: detect.Resource{Type: detect.FlowLog, ID: string(resp.FlowLogIDSet[0])}, State: raw,
	}, err == nil
}

type flowLogFiles struct {
	FileFormat                                 cloudtrail.Text
	HiveCompatiblePartitions, PerHourPartition cloudtrail.Flag
}
