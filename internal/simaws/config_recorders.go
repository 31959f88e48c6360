package simaws

import (
	"cmp"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/configservice"
	"github.com/aws/aws-sdk-go-v2/service/configservice/types"
)

func recorderHandlers() handlers {
	h := handlers{}
	reads(h, recorderStatus)
	writes(h, putRecorder)
	writes(h, deleteRecorder)
	writes(h, putDeliveryChannel)
	writes(h, startRecorder)
	writes(h, stopRecorder)
	return h
}

func (r *request) recorder(name *string) (named, recorder, error) {
	id := named{r.region, aws.ToString(name)}
	found, ok := r.watchers.recorders[id]
	if !ok {
		return id, found, &types.NoSuchConfigurationRecorderException{
			Message: aws.String("Cannot find configuration recorder with the specified name '" + id.name + "'."),
		}
	}
	return id, found, nil
}

func recorderStatus(r *request, in *configservice.DescribeConfigurationRecorderStatusInput) (*configservice.DescribeConfigurationRecorderStatusOutput, error) {
	out := &configservice.DescribeConfigurationRecorderStatusOutput{}
	for _, name := range in.ConfigurationRecorderNames {
		_, rec, err := r.recorder(&name)
		if err != nil {
			return nil, err
		}
		out.ConfigurationRecordersStatus = append(out.ConfigurationRecordersStatus, types.ConfigurationRecorderStatus{
			Name: aws.String(name), Recording: rec.recording, ServicePrincipal: given(rec.service),
		})
	}
	return out, nil
}

func putRecorder(r *request, in *configservice.PutConfigurationRecorderInput) (*configservice.PutConfigurationRecorderOutput, error) {
	id := named{r.region, cmp.Or(aws.ToString(in.ConfigurationRecorder.Name), "default")}
	r.watchers.recorders[id] = recorder{recording: r.watchers.recorders[id].recording}
	return &configservice.PutConfigurationRecorderOutput{}, nil
}

func deleteRecorder(r *request, in *configservice.DeleteConfigurationRecorderInput) (*configservice.DeleteConfigurationRecorderOutput, error) {
	id, _, err := r.recorder(in.ConfigurationRecorderName)
	if err != nil {
		return nil, err
	}
	delete(r.watchers.recorders, id)
	return &configservice.DeleteConfigurationRecorderOutput{}, nil
}

func putDeliveryChannel(r *request, in *configservice.PutDeliveryChannelInput) (*configservice.PutDeliveryChannelOutput, error) {
	r.watchers.channels[named{r.region, aws.ToString(in.DeliveryChannel.Name)}] = true
	return &configservice.PutDeliveryChannelOutput{}, nil
}

func startRecorder(r *request, in *configservice.StartConfigurationRecorderInput) (*configservice.StartConfigurationRecorderOutput, error) {
	id, rec, err := r.recorder(in.ConfigurationRecorderName)
	if err != nil {
		return nil, err
	}
	delivers := false
	for channel := range r.watchers.channels {
		delivers = delivers || channel.region == r.region
	}
	if !delivers {
		return nil, &types.NoAvailableDeliveryChannelException{Message: aws.String("Delivery channel is not available to start configuration recorder.")}
	}
	rec.recording = true
	r.watchers.recorders[id] = rec
	return &configservice.StartConfigurationRecorderOutput{}, nil
}

func stopRecorder(r *request, in *configservice.StopConfigurationRecorderInput) (*configservice.StopConfigurationRecorderOutput, error) {
	id, rec, err := r.recorder(in.ConfigurationRecorderName)
	if err != nil {
		return nil, err
	}
	rec.recording = false
	r.watchers.recorders[id] = rec
	return &configservice.StopConfigurationRecorderOutput{}, nil
}
