package org.tokenfilter.filter;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletRegistration;
import jakarta.servlet.http.HttpServletRequest;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.config.GuardsItself;

/** The endpoints that guard themselves, by the names of their servlets. */
final class OwnEndpoints {

  private final Set<String> names = new HashSet<>();

  OwnEndpoints(ServletContext context, ClassLoader loader) {
    for (ServletRegistration servlet : context.getServletRegistrations().values()) {
      if (guardsItself(servlet.getClassName(), loader)) {
        names.add(servlet.getName());
      }
    }
  }

  private static boolean guardsItself(@Nullable String className, ClassLoader loader) {
    if (className == null) {
      return false;
    }
    try {
      return GuardsItself.class.isAssignableFrom(Class.forName(className, false, loader));
    } catch (ClassNotFoundException | LinkageError unknown) {
      return false;
    }
  }

  /** Whether a client's own request goes to one of them; the container says which servlet it is. */
  boolean receives(HttpServletRequest request) {
    return !names.isEmpty()
        && request.getDispatcherType() == DispatcherType.REQUEST
        && names.contains(request.getHttpServletMapping().getServletName());
  }
}
