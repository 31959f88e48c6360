package iampolicy

import "strings"

// A way is how a set of actions leads to other rights.
type way uint8

const (
	direct   way = iota + 1 // it writes who may do what
	existing                // it takes over something that runs with a role
	passing                 // with iam:PassRole it starts something that runs with a role
	assuming                // it becomes a role
)

// An escalation is a smallest set of actions with which the holder can get other rights. None contains another.
type escalation struct {
	way     way
	actions []string // with iam:PassRole, which then is the first
}

// name returns the set as one text.
func (e *escalation) name() string { return strings.Join(e.actions, "+") }

// escalations lists the sets. A line holds sets of one service, separated by commas, the actions of a set by "+";
// another service is named before its action.
func escalations() []escalation {
	out := make([]escalation, 0, 80)
	add := func(w way, lines string) {
		for line := range strings.Lines(lines) {
			service, sets, ok := strings.Cut(strings.TrimSpace(line), " ")
			if !ok {
				continue
			}
			for set := range strings.SplitSeq(sets, ", ") {
				e := escalation{way: w}
				if w == passing {
					e.actions = append(e.actions, passRole)
				}
				for a := range strings.SplitSeq(set, "+") {
					if !strings.Contains(a, ":") {
						a = service + ":" + a
					}
					e.actions = append(e.actions, a)
				}
				out = append(out, e)
			}
		}
	}
	add(direct, `
		iam AttachUserPolicy, AttachGroupPolicy, AttachRolePolicy, PutUserPolicy, PutGroupPolicy, PutRolePolicy
		iam CreatePolicyVersion, SetDefaultPolicyVersion, AddUserToGroup, DeleteUserPermissionsBoundary
		iam UpdateAssumeRolePolicy, CreateAccessKey, CreateLoginProfile, UpdateLoginProfile
		sso AttachManagedPolicyToPermissionSet, PutInlinePolicyToPermissionSet`)
	add(assuming, `
		sts AssumeRole`)
	add(existing, `
		apprunner UpdateService
		batch SubmitJob
		bedrock-agentcore InvokeAgentRuntimeCommand, StartBrowserSession+ConnectBrowserAutomationStream
		bedrock-agentcore StartCodeInterpreterSession+InvokeCodeInterpreter
		cloudformation UpdateStack, CreateChangeSet+ExecuteChangeSet
		codebuild StartBuild, StartBuildBatch
		codedeploy CreateDeployment+GetDeploymentConfig+RegisterApplicationRevision
		codestar CreateProjectFromTemplate, CreateProject+AssociateTeamMember
		ec2 CreateLaunchTemplateVersion+ModifyLaunchTemplate, ModifyInstanceAttribute+StopInstances+StartInstances
		ec2-instance-connect SendSSHPublicKey+ec2:DescribeInstances
		ecs ExecuteCommand+DescribeTasks
		glue UpdateDevEndpoint
		lambda UpdateFunctionCode, UpdateFunctionConfiguration
		sagemaker CreatePresignedNotebookInstanceUrl
		sagemaker CreateNotebookInstanceLifecycleConfig+UpdateNotebookInstance+StopNotebookInstance+StartNotebookInstance
		ssm SendCommand, StartSession
		states UpdateStateMachine+StartExecution`)
	add(passing, `
		apprunner CreateService
		autoscaling CreateLaunchConfiguration+CreateAutoScalingGroup, CreateLaunchConfiguration+UpdateAutoScalingGroup
		braket CreateJob
		cloudformation CreateStack, UpdateStackSet, CreateStackSet+CreateStackInstances
		codestar CreateProject
		cognito-identity SetIdentityPoolRoles
		datapipeline CreatePipeline
		ec2 RunInstances, RequestSpotInstances
		ecs RunTask, StartTask, RegisterTaskDefinition+CreateService
		elasticmapreduce RunJobFlow
		emr-serverless CreateApplication+StartJobRun
		gamelift CreateBuild+CreateFleet+RequestUploadCredentials
		glue CreateDevEndpoint, CreateSession+RunStatement, CreateJob+StartJobRun, CreateJob+CreateTrigger
		glue UpdateJob+StartJobRun, UpdateJob+CreateTrigger
		imagebuilder CreateComponent+CreateImageRecipe+CreateInfrastructureConfiguration+CreateImage
		kinesisanalytics CreateApplication+StartApplication
		lambda CreateFunction+InvokeFunction, CreateFunction+AddPermission, CreateFunction+CreateEventSourceMapping
		omics CreateWorkflow+StartRun+s3:GetObject
		sagemaker CreateNotebookInstance, CreateProcessingJob, CreateTrainingJob
		scheduler CreateSchedule
		ssm CreateDocument+StartAutomationExecution
		states CreateStateMachine+StartExecution`)
	return out
}

const (
	passRole   = "iam:PassRole"
	assumeRole = "sts:AssumeRole"
)

// launchers returns the service principals that a role must trust to be passed to what an action starts.
func launchers(action string) []string {
	service, name, _ := strings.Cut(action, ":")
	switch service {
	case "ecs":
		return []string{"ecs-tasks.amazonaws.com"}
	case "batch":
		return []string{"ecs-tasks.amazonaws.com", "batch.amazonaws.com"}
	case "apprunner":
		return []string{"tasks.apprunner.amazonaws.com", "build.apprunner.amazonaws.com", "apprunner.amazonaws.com"}
	case "autoscaling", "imagebuilder", "gamelift":
		return []string{"ec2.amazonaws.com", service + ".amazonaws.com"}
	case "datapipeline", "elasticmapreduce":
		return []string{"elasticmapreduce.amazonaws.com", "ec2.amazonaws.com", service + ".amazonaws.com"}
	case "ec2":
		if name == "RequestSpotInstances" {
			return []string{"ec2.amazonaws.com", "spotfleet.amazonaws.com"}
		}
	}
	return []string{service + ".amazonaws.com"}
}
