package org.tokenfilter.filter;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletRegistration;
import jakarta.servlet.http.HttpServletRequest;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.container.SelfProtected;

/** The endpoints that protect themselves, by the names of their servlets. */
final class SelfProtectedEndpoints {

  private final Set<String> names = new HashSet<>();

  SelfProtectedEndpoints(ServletContext context, ClassLoader loader) {
    for (ServletRegistration servlet : context.getServletRegistrations().values()) {
      if (isSelfProtected(servlet.getClassName(), loader)) {
        names.add(servlet.getName());
      }
    }
  }

  private static boolean isSelfProtected(@Nullable String className, ClassLoader loader) {
    if (className == null) {
      return false;
    }
    try {
      return SelfProtected.class.isAssignableFrom(Class.forName(className, false, loader));
    } catch (ClassNotFoundException | LinkageError unknown) {
      return false;
    }
  }

  /**
   * Returns whether a client's own request goes to one of the endpoints. The container reports the
   * name of the servlet.
   */
  boolean matches(HttpServletRequest request) {
    return !names.isEmpty()
        && request.getDispatcherType() == DispatcherType.REQUEST
        && names.contains(request.getHttpServletMapping().getServletName());
  }
}
