package simaws

import (
	"cmp"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/guardduty"
	"github.com/aws/aws-sdk-go-v2/service/guardduty/types"
)

func guardDutyHandlers() handlers {
	h := handlers{}
	reads(h, getDetector)
	writes(h, createDetector)
	writes(h, updateDetector)
	writes(h, deleteDetector)
	reads(h, getFilter)
	writes(h, createFilter)
	writes(h, updateFilter)
	writes(h, deleteFilter)
	reads(h, getIPSet)
	writes(h, createIPSet)
	writes(h, updateIPSet)
	writes(h, deleteIPSet)
	return h
}

// detector returns the key of a detector of the region.
func (r *request) detector(id *string) (named, error) {
	key := named{r.region, aws.ToString(id)}
	if _, ok := r.watchers.detectors[key]; !ok {
		return key, &types.BadRequestException{
			Message: aws.String("The request is rejected because the input detectorId is not owned by the current account."),
		}
	}
	return key, nil
}

func noSuchPart() error {
	return &types.BadRequestException{Message: aws.String("The request is rejected since no such resource found.")}
}

func getDetector(r *request, in *guardduty.GetDetectorInput) (*guardduty.GetDetectorOutput, error) {
	key, err := r.detector(in.DetectorId)
	if err != nil {
		return nil, err
	}
	status := types.DetectorStatusDisabled
	if r.watchers.detectors[key] {
		status = types.DetectorStatusEnabled
	}
	return &guardduty.GetDetectorOutput{ServiceRole: aws.String("guardduty"), Status: status}, nil
}

func createDetector(r *request, in *guardduty.CreateDetectorInput) (*guardduty.CreateDetectorOutput, error) {
	id := r.newID("%032x")
	r.watchers.detectors[named{r.region, id}] = aws.ToBool(in.Enable)
	return &guardduty.CreateDetectorOutput{DetectorId: aws.String(id)}, nil
}

func updateDetector(r *request, in *guardduty.UpdateDetectorInput) (*guardduty.UpdateDetectorOutput, error) {
	key, err := r.detector(in.DetectorId)
	if err != nil {
		return nil, err
	}
	if in.Enable != nil {
		r.watchers.detectors[key] = *in.Enable
	}
	return &guardduty.UpdateDetectorOutput{}, nil
}

func deleteDetector(r *request, in *guardduty.DeleteDetectorInput) (*guardduty.DeleteDetectorOutput, error) {
	key, err := r.detector(in.DetectorId)
	if err != nil {
		return nil, err
	}
	delete(r.watchers.detectors, key)
	return &guardduty.DeleteDetectorOutput{}, nil
}

func (r *request) filter(detector, name *string) (partOf, error) {
	key, err := r.detector(detector)
	part := partOf{key, aws.ToString(name)}
	if _, ok := r.watchers.filters[part]; err == nil && !ok {
		err = noSuchPart()
	}
	return part, err
}

func getFilter(r *request, in *guardduty.GetFilterInput) (*guardduty.GetFilterOutput, error) {
	key, err := r.filter(in.DetectorId, in.FilterName)
	if err != nil {
		return nil, err
	}
	return &guardduty.GetFilterOutput{Name: in.FilterName, Action: types.FilterAction(r.watchers.filters[key])}, nil
}

func createFilter(r *request, in *guardduty.CreateFilterInput) (*guardduty.CreateFilterOutput, error) {
	key, err := r.detector(in.DetectorId)
	if err != nil {
		return nil, err
	}
	r.watchers.filters[partOf{key, aws.ToString(in.Name)}] = cmp.Or(string(in.Action), string(types.FilterActionNoop))
	return &guardduty.CreateFilterOutput{Name: in.Name}, nil
}

func updateFilter(r *request, in *guardduty.UpdateFilterInput) (*guardduty.UpdateFilterOutput, error) {
	key, err := r.filter(in.DetectorId, in.FilterName)
	if err != nil {
		return nil, err
	}
	if in.Action != "" {
		r.watchers.filters[key] = string(in.Action)
	}
	return &guardduty.UpdateFilterOutput{Name: in.FilterName}, nil
}

func deleteFilter(r *request, in *guardduty.DeleteFilterInput) (*guardduty.DeleteFilterOutput, error) {
	key, err := r.filter(in.DetectorId, in.FilterName)
	if err != nil {
		return nil, err
	}
	delete(r.watchers.filters, key)
	return &guardduty.DeleteFilterOutput{}, nil
}

func (r *request) ipSet(detector, id *string) (partOf, error) {
	key, err := r.detector(detector)
	part := partOf{key, aws.ToString(id)}
	if _, ok := r.watchers.lists[part]; err == nil && !ok {
		err = noSuchPart()
	}
	return part, err
}

func getIPSet(r *request, in *guardduty.GetIPSetInput) (*guardduty.GetIPSetOutput, error) {
	key, err := r.ipSet(in.DetectorId, in.IpSetId)
	if err != nil {
		return nil, err
	}
	status := types.IpSetStatusInactive
	if r.watchers.lists[key] {
		status = types.IpSetStatusActive
	}
	return &guardduty.GetIPSetOutput{Status: status}, nil
}

func createIPSet(r *request, in *guardduty.CreateIPSetInput) (*guardduty.CreateIPSetOutput, error) {
	key, err := r.detector(in.DetectorId)
	if err != nil {
		return nil, err
	}
	id := r.newID("%032x")
	r.watchers.lists[partOf{key, id}] = aws.ToBool(in.Activate)
	return &guardduty.CreateIPSetOutput{IpSetId: aws.String(id)}, nil
}

func updateIPSet(r *request, in *guardduty.UpdateIPSetInput) (*guardduty.UpdateIPSetOutput, error) {
	key, err := r.ipSet(in.DetectorId, in.IpSetId)
	if err != nil {
		return nil, err
	}
	if in.Activate != nil {
		r.watchers.lists[key] = *in.Activate
	}
	return &guardduty.UpdateIPSetOutput{}, nil
}

func deleteIPSet(r *request, in *guardduty.DeleteIPSetInput) (*guardduty.DeleteIPSetOutput, error) {
	key, err := r.ipSet(in.DetectorId, in.IpSetId)
	if err != nil {
		return nil, err
	}
	delete(r.watchers.lists, key)
	return &guardduty.DeleteIPSetOutput{}, nil
}
