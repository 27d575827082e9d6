const state = {};
const source = new EventSource("/api/events");
source.addEventListener("state", event => {
  Object.assign(state, JSON.parse(event.data));
  document.getElementById("state").textContent = JSON.stringify(state, null, 1);
});
source.addEventListener("bye", () => source.close());
