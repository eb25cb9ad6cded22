export default {
  astra: {
    input: "./openapi.json",
    output: { target: "./client.ts", client: "fetch", baseUrl: process.env.ASTRA_URL },
  },
};
