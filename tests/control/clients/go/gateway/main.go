// Makes calls to a gateway with a client generated from our .proto files and
// prints what came of them; see package calls.
//
// usage: gateway TARGET TOKEN < calls
// TARGET is host:port, TOKEN may be empty.
package main

import (
	"context"
	"os"

	"google.golang.org/grpc"

	adminv1 "frontier.test/control/admin"
	"frontier.test/control/calls"
	v1 "frontier.test/control/v1"
)

func main() {
	calls.Serve(os.Args[1], os.Args[2], written)
}

// The two that are written out show what a program would write.
func written(ctx context.Context, conn *grpc.ClientConn, c calls.Call) (*calls.Result, error) {
	switch c.Service + "/" + c.Method {
	case "controlplane.ControlPlane/ListEdges":
		request := &v1.ListEdgesRequest{}
		c.Read(request)
		answer, err := v1.NewControlPlaneClient(conn).ListEdges(ctx, request)
		return calls.One(answer, err)
	case "frontier.admin.v1.Admin/WatchConnections":
		request := &adminv1.WatchConnectionsRequest{}
		c.Read(request)
		stream, err := adminv1.NewAdminClient(conn).WatchConnections(ctx, request)
		return calls.Some(c, stream, err)
	}
	return nil, nil
}
