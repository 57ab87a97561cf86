/** An application on the module path: it knows the filter, and finds its stores. */
module com.example.shop {
  requires org.tokenfilter;
}
