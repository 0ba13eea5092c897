// Makes calls to a Frontlas with a client generated from our .proto files, or
// looks gateways and edges up as the cluster client of the Go SDK does.
//
// usage: frontlas calls TARGET TOKEN < calls
//
//	frontlas cluster TARGET MILLISECONDS < edge ids
//
// TARGET is host:port, TOKEN may be empty. For the calls see package calls.
package main

import (
	"context"
	"os"

	"google.golang.org/grpc"

	"frontier.test/control/calls"
	clusterv1 "frontier.test/control/cluster"
	v1 "frontier.test/control/frontlas/v1"
)

func main() {
	if os.Args[1] == "cluster" {
		follow(os.Args[2], os.Args[3])
		return
	}
	calls.Serve(os.Args[2], os.Args[3], written)
}

// Those that are written out show what a program would write.
func written(ctx context.Context, conn *grpc.ClientConn, c calls.Call) (*calls.Result, error) {
	switch c.Service + "/" + c.Method {
	case "controlplane.ClusterService/GetFrontierByEdge":
		request := &v1.GetFrontierByEdgeIDRequest{}
		c.Read(request)
		answer, err := v1.NewClusterServiceClient(conn).GetFrontierByEdge(ctx, request)
		return calls.One(answer, err)
	case "controlplane.Health/Watch":
		stream, err := v1.NewHealthClient(conn).Watch(ctx, &v1.HealthCheckRequest{})
		return calls.Some(c, stream, err)
	case "frontier.cluster.v1.Cluster/WatchFrontiers":
		stream, err := clusterv1.NewClusterClient(conn).WatchFrontiers(ctx, &clusterv1.WatchFrontiersRequest{})
		return calls.Some(c, stream, err)
	}
	return nil, nil
}
