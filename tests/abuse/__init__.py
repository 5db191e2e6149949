"""What a public endpoint is sent by the careless and the hostile, over real sockets."""
