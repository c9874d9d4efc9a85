export * from "../components/testing";
