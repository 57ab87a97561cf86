package org.tokenfilter.config;

import jakarta.servlet.ServletContext;
import java.util.Enumeration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The parameters and the class loader of an application, as its container provides them. */
final class ContainerValues {

  private ContainerValues() {}

  /** Returns those of the init-params or context-params that are settings of this library. */
  static Map<String, String> tokenParams(
      Enumeration<String> names, UnaryOperator<@Nullable String> value) {
    Map<String, String> params = new LinkedHashMap<>();
    while (names.hasMoreElements()) {
      String name = names.nextElement();
      String text = value.apply(name);
      if (text != null && name.startsWith("token.")) {
        params.put(name, text);
      }
    }
    return params;
  }

  /** Returns the application's class loader, or this library's if the container has none. */
  static ClassLoader classLoaderOf(ServletContext context) {
    ClassLoader loader = context.getClassLoader();
    return loader == null ? ContainerValues.class.getClassLoader() : loader;
  }
}
