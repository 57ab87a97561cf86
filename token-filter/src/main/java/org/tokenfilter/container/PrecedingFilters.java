package org.tokenfilter.container;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterRegistration;
import jakarta.servlet.ServletContext;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot of the filters that run before the token filter, in their order. Among them it finds
 * the WebSocket engines that answer handshakes without a token.
 */
final class PrecedingFilters {

  /** The token filter, by name since this package cannot access it; subclasses count as well. */
  static final String TOKEN_FILTER = "org.tokenfilter.filter.TokenFilter";

  private final ServletContext context;
  private final @Nullable FilterOrder requestOrder;
  private final @Nullable FilterOrder forwardOrder;
  private final Map<String, String> classNames = new HashMap<>();
  private final Map<String, WebSocketEngine> engines = new LinkedHashMap<>();
  private final Set<String> tokenFilters = new HashSet<>();

  /**
   * Takes the snapshot.
   *
   * @param own the name of a token filter that is registered under another class, such as a
   *     wrapper; null if there is none
   */
  PrecedingFilters(ServletContext context, @Nullable String own) {
    this.context = context;
    requestOrder = FilterOrder.of(context, DispatcherType.REQUEST);
    // Tomcat's engine also answers forwards.
    forwardOrder = FilterOrder.of(context, DispatcherType.FORWARD);
    if (own != null) {
      tokenFilters.add(own);
    }
    ClassLoader loader = ContainerObject.classLoaderOf(context);
    registrations()
        .forEach(
            (name, registration) -> {
              String className = String.valueOf(registration.getClassName());
              List<String> all = withSuperclasses(className, loader);
              classNames.put(name, className);
              WebSocketEngine engine = WebSocketEngine.of(all);
              if (engine != null) {
                engines.put(name, engine);
              } else if (all.contains(TOKEN_FILTER)) {
                tokenFilters.add(name);
              }
            });
  }

  private Map<String, ? extends FilterRegistration> registrations() {
    try {
      Map<String, ? extends FilterRegistration> all = context.getFilterRegistrations();
      return all == null ? Map.of() : all;
    } catch (UnsupportedOperationException closed) {
      return Map.of();
    }
  }

  private static List<String> withSuperclasses(String className, ClassLoader loader) {
    List<String> names = new ArrayList<>(List.of(className));
    try {
      Class<?> type = Class.forName(className, false, loader);
      for (Class<?> next = type.getSuperclass(); next != null; next = next.getSuperclass()) {
        names.add(next.getName());
      }
    } catch (ClassNotFoundException | LinkageError unseen) {
      // A class of the container that the application cannot see; only its name is known.
    }
    return names;
  }

  /** Returns the engines with endpoints before a token filter, each with the remedy. */
  List<String> bypassing() {
    return bypassMessages(true);
  }

  /** Returns the engines without endpoints before a token filter, each with the remedy. */
  List<String> potentiallyBypassing() {
    return bypassMessages(false);
  }

  private List<String> bypassMessages(boolean withEndpoints) {
    List<String> sentences = new ArrayList<>();
    engines.forEach(
        (name, engine) -> {
          if ((isBefore(requestOrder, name) || isBefore(forwardOrder, name))
              && engine.mayHaveEndpoints(context) == withEndpoints) {
            sentences.add(
                "the filter "
                    + describe(name)
                    + " answers WebSocket handshakes before the token filter runs"
                    + (withEndpoints
                        ? ", so that its endpoints are open to everybody: "
                        : "; it has no endpoints now, but any added later would be open to"
                            + " everybody: ")
                    + engine.remedy());
          }
        });
    return sentences;
  }

  private boolean isBefore(@Nullable FilterOrder some, String name) {
    return some != null && some.isBefore(name, tokenFilters);
  }

  /** Returns the engines whose position is unknown, since the container is not supported. */
  List<String> unverifiable() {
    return requestOrder == null
        ? engines.keySet().stream().map(this::describe).toList()
        : List.of();
  }

  /** Returns the filters before a token filter, in their order. */
  List<String> before(String guard) {
    return requestOrder == null
        ? List.of()
        : requestOrder.before(guard).stream().map(this::describe).toList();
  }

  private String describe(String name) {
    String className = String.valueOf(classNames.get(name));
    return name.equals(className) ? name : name + " (" + className + ")";
  }
}
