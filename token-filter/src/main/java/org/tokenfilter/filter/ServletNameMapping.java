package org.tokenfilter.filter;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterConfig;
import jakarta.servlet.FilterRegistration;
import jakarta.servlet.ServletContext;
import java.util.Collection;
import java.util.EnumSet;

/**
 * The mapping of a filter to {@code <servlet-name>*</servlet-name>}. Undertow treats it as a
 * mapping to dispatches by path and omits the filter in dispatches by name. There the filter is
 * mapped to each name.
 */
final class ServletNameMapping {

  private static final String WILDCARD = "*";
  private static final String UNDERTOW_PACKAGE = "io.undertow.";

  private ServletNameMapping() {}

  /** Maps a filter that is mapped to all names to each of them, on Undertow only. */
  static void expandWildcard(FilterConfig config) {
    ServletContext context = config.getServletContext();
    if (!context.getClass().getName().startsWith(UNDERTOW_PACKAGE)) {
      return;
    }
    FilterRegistration filter = context.getFilterRegistration(config.getFilterName());
    if (filter == null) {
      return;
    }
    Collection<String> names = filter.getServletNameMappings();
    String[] more =
        context.getServletRegistrations().keySet().stream()
            .filter(name -> !names.contains(name))
            .toArray(String[]::new);
    if (names.contains(WILDCARD) && more.length > 0) {
      filter.addMappingForServletNames(
          EnumSet.of(DispatcherType.FORWARD, DispatcherType.INCLUDE), true, more);
    }
  }
}
