package org.tokenfilter.container;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.ServletContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The order in which a container runs the filters that are mapped to one dispatcher type. The
 * Servlet API does not expose it: {@code FilterRegistration} has the mappings of one filter, but
 * not the order of two filters. The order is therefore read from the internals of the supported
 * containers. Immutable.
 */
final class FilterOrder {

  /**
   * A mapping of a filter.
   *
   * @param filter the name of the filter
   * @param pattern the URL pattern; null if the filter is mapped to servlets by their names
   */
  record Mapping(String filter, @Nullable String pattern) {

    /** Returns true if this mapping matches every path that the other one matches. */
    boolean covers(Mapping other) {
      if (pattern == null || other.pattern == null) {
        return false;
      }
      if (pattern.equals("/*") || pattern.equals(other.pattern)) {
        return true;
      }
      return pattern.endsWith("/*")
          && (other.pattern + "/").startsWith(pattern.substring(0, pattern.length() - 1));
    }

    /** Returns true if a path may match both mappings, or if that cannot be decided. */
    boolean mayOverlap(Mapping other) {
      return covers(other)
          || other.covers(this)
          || !isPathOrPrefix(pattern)
          || !isPathOrPrefix(other.pattern);
    }

    private static boolean isPathOrPrefix(@Nullable String pattern) {
      return pattern != null && pattern.startsWith("/") && pattern.length() > 1;
    }
  }

  private final List<Mapping> mappings;

  /** Creates an order; mappings to servlet names come after mappings to paths. */
  FilterOrder(List<Mapping> asDeclared) {
    mappings = new ArrayList<>(asDeclared);
    mappings.sort((one, other) -> Boolean.compare(one.pattern == null, other.pattern == null));
  }

  /** Reads the order of an application; null if the container is unknown or inaccessible. */
  static @Nullable FilterOrder of(ServletContext context, DispatcherType type) {
    try {
      return new FilterOrder(read(new ContainerObject(context), type));
    } catch (ReflectiveOperationException | RuntimeException unknown) {
      return null;
    }
  }

  private static List<Mapping> read(ContainerObject context, DispatcherType type)
      throws ReflectiveOperationException {
    String className = context.value().getClass().getName();
    List<Mapping> found = new ArrayList<>();
    if (className.startsWith("org.eclipse.jetty.")) {
      ContainerObject servlets = context.get("getContextHandler").get("getServletHandler");
      for (Object value : (Object[]) servlets.get("getFilterMappings").value()) {
        ContainerObject mapping = new ContainerObject(value);
        if (Boolean.TRUE.equals(mapping.call("appliesTo", type))) {
          addAll(found, mapping, "getPathSpecs", "getServletNames");
        }
      }
    } else if (className.startsWith("org.apache.catalina.")) {
      ContainerObject standard = context.field("context").field("context");
      for (Object value : (Object[]) standard.get("findFilterMaps").value()) {
        ContainerObject mapping = new ContainerObject(value);
        List<?> types = Arrays.asList((Object[]) mapping.get("getDispatcherNames").value());
        // A mapping without dispatcher types is for requests.
        if (types.contains(type.name()) || (types.isEmpty() && type == DispatcherType.REQUEST)) {
          if (Boolean.TRUE.equals(mapping.call("getMatchAllUrlPatterns"))) {
            found.add(new Mapping(nameOf(mapping), "/*"));
          }
          if (Boolean.TRUE.equals(mapping.call("getMatchAllServletNames"))) {
            found.add(new Mapping(nameOf(mapping), null));
          }
          addAll(found, mapping, "getURLPatterns", "getServletNames");
        }
      }
    } else if (className.startsWith("io.undertow.")) {
      ContainerObject info = context.get("getDeployment").get("getDeploymentInfo");
      for (Object value : (Collection<?>) info.get("getFilterMappings").value()) {
        ContainerObject mapping = new ContainerObject(value);
        if (mapping.call("getDispatcher") == type) {
          boolean byPath = String.valueOf(mapping.call("getMappingType")).equals("URL");
          String pattern = byPath ? String.valueOf(mapping.call("getMapping")) : null;
          found.add(new Mapping(nameOf(mapping), pattern));
        }
      }
    } else {
      throw new ClassNotFoundException(className);
    }
    return found;
  }

  private static void addAll(
      List<Mapping> found, ContainerObject mapping, String patterns, String servlets)
      throws ReflectiveOperationException {
    if (mapping.call(patterns) instanceof Object[] paths) {
      for (Object path : paths) {
        found.add(new Mapping(nameOf(mapping), String.valueOf(path)));
      }
    }
    if (mapping.call(servlets) instanceof Object[] names && names.length > 0) {
      found.add(new Mapping(nameOf(mapping), null));
    }
  }

  private static String nameOf(ContainerObject mapping) throws ReflectiveOperationException {
    return String.valueOf(mapping.call("getFilterName"));
  }

  /**
   * Returns true if a filter sees requests that a later token filter should have checked first.
   *
   * @param guards the names of the token filters
   */
  boolean isBefore(String filter, Set<String> guards) {
    for (int i = 0; i < mappings.size(); i++) {
      Mapping mapping = mappings.get(i);
      if (mapping.filter.equals(filter) && bypasses(i, guards)) {
        return true;
      }
    }
    return false;
  }

  private boolean bypasses(int index, Set<String> guards) {
    Mapping mapping = mappings.get(index);
    List<Mapping> earlier = mappingsOf(mappings.subList(0, index), guards);
    return mappingsOf(mappings.subList(index, mappings.size()), guards).stream()
        .filter(mapping::mayOverlap)
        .anyMatch(
            later -> earlier.stream().noneMatch(it -> it.covers(mapping) || it.covers(later)));
  }

  private static List<Mapping> mappingsOf(List<Mapping> some, Set<String> guards) {
    return some.stream().filter(it -> guards.contains(it.filter)).toList();
  }

  /** Returns the filters with a mapping before the first one of a token filter, in their order. */
  Set<String> before(String guard) {
    Set<String> names = new LinkedHashSet<>();
    for (Mapping mapping : mappings) {
      if (mapping.filter.equals(guard)) {
        return names;
      }
      names.add(mapping.filter);
    }
    return Set.of();
  }
}
