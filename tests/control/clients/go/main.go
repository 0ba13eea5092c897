// Makes calls with a client generated from our .proto files and prints what
// came of them, one line of JSON each.
//
// usage: control TARGET TOKEN < calls
// TARGET is host:port, TOKEN may be empty. A call is a line of JSON:
// {"service": ..., "method": ..., "request": {...}, "take": 0}
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	adminv1 "frontier.test/control/admin"
	v1 "frontier.test/control/v1"
)

type call struct {
	Service string          `json:"service"`
	Method  string          `json:"method"`
	Request json.RawMessage `json:"request"`
	Take    int             `json:"take"`
}

type result struct {
	Answer  json.RawMessage   `json:"answer,omitempty"`
	Answers []json.RawMessage `json:"answers,omitempty"`
	Code    int               `json:"code,omitempty"`
	Message string            `json:"message,omitempty"`
}

func main() {
	target, token := os.Args[1], os.Args[2]
	conn, err := grpc.NewClient(target, grpc.WithTransportCredentials(insecure.NewCredentials()))
	check(err)
	defer conn.Close()
	ctx := context.Background()
	if token != "" {
		ctx = metadata.AppendToOutgoingContext(ctx, "authorization", "Bearer "+token)
	}
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var c call
		check(json.Unmarshal(lines.Bytes(), &c))
		made, err := make1(ctx, conn, c)
		if err != nil {
			s := status.Convert(err)
			made = result{Code: int(s.Code()), Message: s.Message()}
		}
		text, err := json.Marshal(made)
		check(err)
		fmt.Println(string(text))
	}
}

func make1(ctx context.Context, conn *grpc.ClientConn, c call) (result, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	// The two that are written out show what a program would write.
	switch c.Service + "/" + c.Method {
	case "controlplane.ControlPlane/ListEdges":
		request := &v1.ListEdgesRequest{}
		check(protojson.Unmarshal(c.Request, request))
		answer, err := v1.NewControlPlaneClient(conn).ListEdges(ctx, request)
		return one(answer, err)
	case "frontier.admin.v1.Admin/WatchConnections":
		request := &adminv1.WatchConnectionsRequest{}
		check(protojson.Unmarshal(c.Request, request))
		stream, err := adminv1.NewAdminClient(conn).WatchConnections(ctx, request)
		if err != nil {
			return result{}, err
		}
		answers := []json.RawMessage{}
		for len(answers) < c.Take {
			event, err := stream.Recv()
			if err != nil {
				return result{}, err
			}
			answers = append(answers, text(event))
		}
		return result{Answers: answers}, nil
	}
	found, err := protoregistry.GlobalFiles.FindDescriptorByName(protoreflect.FullName(c.Service))
	check(err)
	method := found.(protoreflect.ServiceDescriptor).Methods().ByName(protoreflect.Name(c.Method))
	request, answer := message(method.Input()), message(method.Output())
	check(protojson.Unmarshal(c.Request, request))
	return one(answer, conn.Invoke(ctx, "/"+c.Service+"/"+c.Method, request, answer))
}

func message(descriptor protoreflect.MessageDescriptor) proto.Message {
	found, err := protoregistry.GlobalTypes.FindMessageByName(descriptor.FullName())
	check(err)
	return found.New().Interface()
}

func one(answer proto.Message, err error) (result, error) {
	if err != nil {
		return result{}, err
	}
	return result{Answer: text(answer)}, nil
}

func text(message proto.Message) json.RawMessage {
	options := protojson.MarshalOptions{EmitUnpopulated: true, UseProtoNames: true}
	made, err := options.Marshal(message)
	check(err)
	return made
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
