package org.tokenfilter;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** The dependencies between files, each of which is a top-level class with its nested classes. */
final class FileDependencies {

  private final Map<String, Set<String>> targets = new TreeMap<>();

  FileDependencies(JavaClasses classes) {
    Set<String> files = new TreeSet<>();
    classes.forEach(each -> files.add(fileOf(each)));
    for (JavaClass each : classes) {
      for (Dependency dependency : each.getDirectDependenciesFromSelf()) {
        String target = fileOf(dependency.getTargetClass().getBaseComponentType());
        if (files.contains(target) && !target.equals(fileOf(each))) {
          targets.computeIfAbsent(fileOf(each), none -> new TreeSet<>()).add(target);
        }
      }
    }
  }

  private static String fileOf(JavaClass type) {
    return type.getEnclosingClass().map(FileDependencies::fileOf).orElseGet(type::getName);
  }

  /** Returns one circle of more than two files for each dependency that is part of any. */
  Set<String> longCircles() {
    Set<String> circles = new TreeSet<>();
    targets.forEach(
        (from, all) ->
            all.forEach(
                to -> {
                  List<String> back = detour(to, from);
                  if (!back.isEmpty()) {
                    circles.add(nameOf(back));
                  }
                }));
    return circles;
  }

  /** Returns the shortest way that is not a direct dependency; empty if there is none. */
  private List<String> detour(String from, String to) {
    Map<String, String> previous = new HashMap<>();
    Deque<String> next = new ArrayDeque<>(Set.of(from));
    while (!next.isEmpty() && !previous.containsKey(to)) {
      String file = next.remove();
      for (String target : targets.getOrDefault(file, Set.of())) {
        boolean direct = file.equals(from) && target.equals(to);
        if (!direct && !target.equals(from) && previous.putIfAbsent(target, file) == null) {
          next.add(target);
        }
      }
    }
    List<String> way = new ArrayList<>();
    for (String file = previous.containsKey(to) ? to : null; file != null; ) {
      way.add(file);
      file = previous.get(file);
    }
    Collections.reverse(way);
    return way;
  }

  /** Names a circle in the same way wherever it starts. */
  private static String nameOf(List<String> circle) {
    Collections.rotate(circle, -circle.indexOf(Collections.min(circle)));
    return String.join(" > ", circle);
  }
}
