package data

import (
	"encoding/json"
	"strconv"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

// goodRecovery returns how many days back an event lets a table be put.
func goodRecovery(ev *cloudtrail.Event) (detect.State, bool) {
	const longest = 35 // where the request does not say
	req, err := cloudtrail.RequestOf[struct {
		TableName                        cloudtrail.Text
		PointInTimeRecoverySpecification struct {
			PointInTimeRecoveryEnabled *cloudtrail.Flag
			RecoveryPeriodInDays       cloudtrail.Text
		}
	}](ev)
	on := req.PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled
	if err != nil || ev.Name != updateTableBackups || req.TableName == "" || on == nil {
		return detect.State{}, false
	}
	days := int64(0)
	if *on {
		days, err = strconv.ParseInt(string(req.PointInTimeRecoverySpecification.RecoveryPeriodInDays), 10, 32)
		if err != nil || days <= 0 {
			days = longest
		}
	}
	raw, err := json.Marshal(map[string]int64{"days": days})
	table := detect.Resource{Type: detect.Table, ID: string(req.TableName)}
	return detect.State{Aspect: "point-in-time-recovery", Resource: table, State: raw}, err == nil
}
