"""Generated protobuf classes of ABCI 2.0 and of ICS-23 proofs.

Made from the two `.proto` files beside this one, in the top folder of the source, by
`python -m grpc_tools.protoc -I. --python_out=. --pyi_out=. ctn/node/abci/pb/*.proto`
with grpcio-tools 1.85.1, whose code runs with protobuf 7.36.2.
"""
