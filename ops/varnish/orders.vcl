# ops/varnish/orders.vcl
vcl 4.1;

import directors;

probe ready {
  .url = "/health/ready";
  .interval = 1s;
  .timeout = 1s;
  .window = 3;
  .threshold = 2;
}

backend orders_1 { .host = "orders-1"; .port = "3000"; .probe = ready; }
backend orders_2 { .host = "orders-2"; .port = "3000"; .probe = ready; }
backend orders_3 { .host = "orders-3"; .port = "3000"; .probe = ready; }

sub vcl_init {
  new orders = directors.round_robin();
  orders.add_backend(orders_1);
  orders.add_backend(orders_2);
  orders.add_backend(orders_3);
}

sub vcl_recv {
  set req.backend_hint = orders.backend();
  # The responses of this application must not be cached. Health reports forbid it themselves.
  return (pass);
}
